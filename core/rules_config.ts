/** Settings of the rule tools (`main.ts rules …`), declared once, beside core/config.ts. */
import { LOG_SETTINGS, RUN_SETTINGS } from "./config.ts";
import { choice, nameList, one, switchSetting } from "./setting_kinds.ts";
import { parseInstant, parseLocation, parsePath } from "./setting_values.ts";
import type { Setting, SettingsInput, SettingValues } from "./settings.ts";
import { LEVELS } from "./types.ts";

/** Which rules a tool works on: as in `poll`. */
export const RULE_CHOICE_SETTINGS = {
  rules: RUN_SETTINGS.rules,
  "no-bundled-rules": RUN_SETTINGS["no-bundled-rules"],
  placeholders: RUN_SETTINGS.placeholders,
};

const format = <const T extends string>(choices: readonly T[]) =>
  one<T>(
    {
      shape: "FORMAT",
      help: `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)} (default ${choices[0]})`,
    },
    choice(choices),
    choices[0],
  );

/** `rules list`. */
export const RULES_LIST_SETTINGS = {
  ...RULE_CHOICE_SETTINGS,
  level: one(
    { shape: "LEVEL", help: `only rules of this level: ${LEVELS.join(", ")}` },
    choice([...LEVELS]),
    null,
  ),
  tag: nameList("only rules with one of these tags; attack. may be left out"),
  tactic: nameList("only rules of one of these ATT&CK tactics, e.g. persistence"),
  "event-source": nameList("only rules that can match events of one of these, e.g. iam or s3"),
  format: format(["table", "json"]),
  ...LOG_SETTINGS,
};

/** `rules lint`. */
export const RULES_LINT_SETTINGS = {
  ...RULE_CHOICE_SETTINGS,
  format: format(["text", "json"]),
  ...LOG_SETTINGS,
};

/** `rules test`. */
export const RULES_TEST_SETTINGS = {
  ...RULE_CHOICE_SETTINGS,
  format: format(["text", "tap", "junit"]),
  ...LOG_SETTINGS,
};

/** `rules explain`. */
export const RULES_EXPLAIN_SETTINGS = {
  ...RULE_CHOICE_SETTINGS,
  format: format(["text", "json"]),
  ...LOG_SETTINGS,
};

function isGiven(flag: string, { args }: SettingsInput): boolean {
  return args.some((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`));
}

/** A trail to try rules on. Empty where --lake is given, which as a flag beats the source of the environment. */
const triedSource: Setting<readonly string[]> = {
  ...RUN_SETTINGS.source,
  parse: (texts, input) => {
    const hasLake = isGiven("lake", input);
    if (hasLake && isGiven("source", input)) {
      throw new Error("cannot stand beside --lake: rules are tried on a trail or on a lake");
    }
    if (hasLake) return [];
    if (texts.length === 0) {
      throw new Error(
        "or --lake is required: a trail, e.g. s3://my-trail-bucket/, or the lake that poll wrote",
      );
    }
    return RUN_SETTINGS.source.parse(texts, input);
  },
};

/** `rules backtest`: exactly one of a source and a lake. */
export const RULES_BACKTEST_SETTINGS = {
  source: triedSource,
  lake: one<string | null>(
    { shape: "URL", help: "a lake to try rules on instead: file:./folder or s3://bucket/prefix/" },
    parseLocation,
    null,
  ),
  rules: {
    ...RUN_SETTINGS.rules,
    help: "folders of Sigma YAML and *.rule.ts to try, alone (default: the bundled pack)",
  },
  "with-bundled-rules": switchSetting("tries the bundled pack together with --rules"),
  "skip-bad-rules": RUN_SETTINGS["skip-bad-rules"],
  placeholders: RUN_SETTINGS.placeholders,
  from: one<number | null>(
    { shape: "DATE", help: "first day or instant, UTC (default all)" },
    parseInstant,
    null,
  ),
  to: one<number | null>(
    { shape: "DATE", help: "end, exclusive, UTC (default all)" },
    parseInstant,
    null,
  ),
  accounts: RUN_SETTINGS.accounts,
  regions: RUN_SETTINGS.regions,
  workers: RUN_SETTINGS.workers,
  format: format(["table", "json"]),
  ...LOG_SETTINGS,
};

/** `rules coverage`. */
export const RULES_COVERAGE_SETTINGS = {
  ...RULE_CHOICE_SETTINGS,
  format: one<"navigator" | "table">(
    {
      shape: "FORMAT",
      help: "navigator (a layer of the ATT&CK Navigator) or table (default navigator)",
    },
    choice<"navigator" | "table">(["navigator", "table"]),
    "navigator",
  ),
  output: one<string | null>(
    { shape: "FILE", help: "writes there instead of to stdout" },
    parsePath,
    null,
  ),
  ...LOG_SETTINGS,
};

export type RuleChoice = SettingValues<typeof RULE_CHOICE_SETTINGS>;
export type BacktestSettings = SettingValues<typeof RULES_BACKTEST_SETTINGS>;
