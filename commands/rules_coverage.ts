import { coverRules, ruleProblemText } from "../coordinator/mod.ts";
import { RULES_COVERAGE_SETTINGS } from "../core/rules_config.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { writeWhole } from "./report_file.ts";
import { formatColumns, plainText, writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: RULES_COVERAGE_SETTINGS,
  description:
    "Says which tactics and techniques of ATT&CK the rules name by their tags: as a layer for the ATT&CK Navigator, " +
    "or as a table. Exits 1 if some rules cannot be loaded.",
  async run(values, _positionals, io) {
    const { tactics, layer, problems } = await coverRules(values);
    const rows = tactics.map(({ tactic, ruleCount, techniqueCount }) => [
      tactic ?? "(none)",
      String(ruleCount),
      String(techniqueCount),
    ]);
    const text = values.format === "table"
      ? formatColumns([["tactic", "rules", "techniques"], ...rows])
      : `${JSON.stringify(layer, null, 2)}\n`;
    if (values.output === null) await writeText(io.stdout, text);
    else await writeWhole(values.output, text);
    for (const problem of problems) {
      io.writeError(`error: ${plainText(ruleProblemText(problem, io.folder))}\n`);
    }
    return problems.length > 0 ? EXIT.incomplete : EXIT.done;
  },
});
