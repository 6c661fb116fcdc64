import { lintRules, ruleProblemText, shortPath } from "../coordinator/mod.ts";
import { RULES_LINT_SETTINGS } from "../core/rules_config.ts";
import { parsePath } from "../core/setting_values.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { formatNumber, plainText, writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: RULES_LINT_SETTINGS,
  positionals: ["[FOLDER…]"],
  description:
    "Says what is wrong or doubtful with rules: a line each, file:line: reason. Errors keep a rule from running; " +
    "warnings do not; notes name rules that no index helps. With folders it tells of these alone. TypeScript " +
    "rules are type-checked by `deno check`. Exits 1 if there are errors.",
  async run(values, positionals, io) {
    const only = positionals.map((folder) => parsePath(folder, io.folder));
    const { ruleCount, findings } = await lintRules(values, only, io.env);
    if (values.format === "json") {
      const rows = findings.map((one) => ({ ...one, file: shortPath(one.file, io.folder) }));
      await writeText(
        io.stdout,
        `${JSON.stringify({ rules: ruleCount, findings: rows }, null, 2)}\n`,
      );
    } else {
      const lines = findings.map((one) =>
        `${plainText(ruleProblemText(one, io.folder).replace(": ", `: ${one.severity}: `))}\n`
      );
      await writeText(io.stdout, lines.join(""));
    }
    const count = (severity: string) => findings.filter((one) => one.severity === severity).length;
    const counts = (["error", "warning", "note"] as const).map((severity) =>
      formatNumber(count(severity), severity)
    );
    io.writeError(`${formatNumber(ruleCount, "rule")}: ${counts.join(", ")}\n`);
    return count("error") > 0 ? EXIT.incomplete : EXIT.done;
  },
});
