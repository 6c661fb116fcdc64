/** What README.md says of commands, settings, alerts and exit codes is what the program has. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EXIT } from "../../commands/exit_codes.ts";
import { BACKFILL_SETTINGS, WORK_SETTINGS } from "../../core/backfill_config.ts";
import {
  BENCH_SETTINGS,
  databaseUrlOf,
  DEMO_SETTINGS,
  FLAGS_NOT_BUILT,
  GENERATE_SETTINGS,
  LAKE_DDL_SETTINGS,
  LAKE_LOG_SETTINGS,
  POLL_SETTINGS,
  QUERY_SETTINGS,
} from "../../core/config.ts";
import {
  DEADLETTERS_LIST_SETTINGS,
  DEADLETTERS_SHOW_SETTINGS,
  DEADLETTERS_TEND_SETTINGS,
} from "../../core/deadletters_config.ts";
import {
  RULES_BACKTEST_SETTINGS,
  RULES_COVERAGE_SETTINGS,
  RULES_EXPLAIN_SETTINGS,
  RULES_LINT_SETTINGS,
  RULES_LIST_SETTINGS,
  RULES_TEST_SETTINGS,
} from "../../core/rules_config.ts";
import type { Setting, SettingTable } from "../../core/settings.ts";
import { planTrail } from "../../generator/mod.ts";
import { readPack } from "../rules/pack.ts";
import { codeBlocks, readDocuments, readText, section, tableRows } from "./_documents.ts";

const readme = readText("README.md");
const settings = section(readme, "## Settings");
const tables: readonly SettingTable[] = [
  POLL_SETTINGS,
  BACKFILL_SETTINGS,
  WORK_SETTINGS,
  QUERY_SETTINGS,
  BENCH_SETTINGS,
  GENERATE_SETTINGS,
  DEADLETTERS_LIST_SETTINGS,
  DEADLETTERS_SHOW_SETTINGS,
  DEADLETTERS_TEND_SETTINGS,
  LAKE_DDL_SETTINGS,
  LAKE_LOG_SETTINGS,
  DEMO_SETTINGS,
  RULES_LIST_SETTINGS,
  RULES_LINT_SETTINGS,
  RULES_TEST_SETTINGS,
  RULES_EXPLAIN_SETTINGS,
  RULES_BACKTEST_SETTINGS,
  RULES_COVERAGE_SETTINGS,
];

/** Names in main.ts between a declaration and its end. */
function namesIn(declaration: string, pattern: RegExp): string[] {
  const [, rest] = readText("main.ts").split(`const ${declaration}`);
  return [...rest.split("\n};")[0].split("\n]);")[0].matchAll(pattern)].map(([, name]) => name);
}

Deno.test("README.md has the two commands within its first lines", () => {
  const start = readme.split("\n").slice(0, 15).join("\n");
  const { tasks } = JSON.parse(readText("deno.json"));
  for (const task of ["demo", "test"]) {
    assertStringIncludes(start, `npx -y deno@2.9.6 task ${task}`);
    assert(Object.hasOwn(tasks, task));
  }
});

Deno.test("README.md lists every setting of poll, with its variable and default", () => {
  const rows = tableRows(settings).filter(([flag]) => flag.startsWith("`--"));
  assertEquals(
    rows.map(([flag]) => flag.slice(3, -1)).sort(),
    Object.keys(POLL_SETTINGS).sort(),
  );
  for (const [flag, env, fallback] of rows) {
    const name = flag.slice(3, -1) as keyof typeof POLL_SETTINGS;
    const setting: Setting<unknown> = POLL_SETTINGS[name];
    assertEquals(env, setting.env === undefined ? "" : `\`${setting.env}\``, name);
    const text = /^`([^`]*)`$/.exec(fallback)?.[1];
    if (text === undefined) continue;
    const input = { args: [], env: () => undefined, folder: "/" };
    const value = setting.parse([], input);
    assertEquals(
      setting.parse([text], input),
      name === "database" ? databaseUrlOf(value as string | null, "/") : value,
      name,
    );
  }
});

Deno.test("README.md names every flag and variable of the other commands", () => {
  for (const [flag, { env }] of tables.flatMap((table) => Object.entries(table))) {
    assertStringIncludes(settings, `\`--${flag}\``);
    if (env !== undefined) assertStringIncludes(settings, `\`${env}\``);
  }
});

Deno.test("documents name no flag and no variable that the program lacks", () => {
  const flags = new Set(tables.flatMap((table) => Object.keys(table)));
  for (const flag of ["help", "cached-only", "build", "check", "config"]) flags.add(flag);
  const sinks = readText("core/alert_sinks.ts");
  const variables = tables.flatMap((table) => Object.values(table).map(({ env }) => env));
  for (const { path, text } of readDocuments()) {
    for (const [, flag] of text.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)) {
      const isHere = flags.has(flag) || (path !== "README.md" && FLAGS_NOT_BUILT.includes(flag)) ||
        flag.startsWith("allow-");
      assert(isHere, `${path}: --${flag}`);
    }
    for (const [name] of text.matchAll(/TRAILSIEVE_[A-Z_]*[A-Z]/g)) {
      const isHere = variables.includes(name) || sinks.includes(`"${name.replace(/_NAME$/, "")}"`);
      assert(isHere, `${path}: ${name}`);
    }
  }
});

Deno.test("README.md says which commands are not built yet", () => {
  const notBuilt = section(readme, "## Not built yet");
  for (const name of namesIn("NOT_BUILT", /"(\w+)"/g)) {
    assertStringIncludes(notBuilt, `\`${name}\``);
  }
  for (const name of namesIn("COMMANDS", /^ {2}(\w+):/gm)) {
    assert(!notBuilt.includes(`\`${name}\``), `${name} is built`);
    assertStringIncludes(readme, `\`${name}\``);
  }
});

Deno.test("README.md lists every exit code", () => {
  const codes = tableRows(section(readme, "## What is promised, and what is not"))
    .flatMap(([cell]) => cell.split(", ").map(Number)).filter((code) => !Number.isNaN(code));
  assertEquals(codes, Object.values(EXIT));
});

Deno.test("README.md's policy is deploy/iam-policy.json and the key", () => {
  const block = codeBlocks(readme).find(({ language }) => language === "json");
  const policy: { Statement: { Sid: string }[] } = JSON.parse(block!.code);
  const statements = policy.Statement.filter(({ Sid }) => Sid !== "DecryptTrail");
  assertEquals(
    { ...policy, Statement: statements },
    JSON.parse(readText("deploy/iam-policy.json")),
  );
  assertEquals(policy.Statement.length, statements.length + 1);
});

Deno.test("README.md shows what the demo finds", async () => {
  const demo = readText("commands/demo.ts");
  const number = (name: string) =>
    Number(new RegExp(`const ${name} = ([\\d_]+)`).exec(demo)?.[1].replaceAll("_", ""));
  const { accounts, stories } = planTrail({ seed: number("SEED"), events: number("EVENTS") });
  const excerpt = codeBlocks(readme).find(({ language }) => language === "text")!.code;
  assertStringIncludes(
    excerpt,
    `an organization of ${accounts.length} accounts, with ${stories.length} attacks hidden in it ` +
      `(seed ${number("SEED")})`,
  );
  assertStringIncludes(readme, `${number("EVENTS").toLocaleString("en-US")} events`);
  const rules = new Map((await readPack()).map(({ rule }) => [rule.title, rule.level]));
  const rows = [...excerpt.matchAll(/^ {2}(\w+) +(?:\d+× )?(.+?) {2,}\d{4}-\d\d-\d\d/gm)];
  assert(rows.length > 0);
  for (const [, level, title] of rows) assertEquals(rules.get(title), level, title);
  for (const [, title] of excerpt.matchAll(/\n\n(.+)\n {2}\w/g)) {
    assert(stories.some((story) => story.title === title), title);
  }
});
