import { listRules, ruleProblemText, shortPath } from "../coordinator/mod.ts";
import { RULES_LIST_SETTINGS } from "../core/rules_config.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { formatColumns, plainText, writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: RULES_LIST_SETTINGS,
  description:
    "Lists the bundled pack and the rules of --rules. Exits 1 if some cannot be loaded; those are named on stderr.",
  async run(values, _positionals, io) {
    const { rules, problems } = await listRules(values, {
      level: values.level,
      tags: values.tag,
      tactics: values.tactic,
      eventSources: values["event-source"],
    });
    const rows = rules.map((rule) => ({ ...rule, file: shortPath(rule.file, io.folder) }));
    if (values.format === "json") {
      await writeText(io.stdout, `${JSON.stringify(rows, null, 2)}\n`);
    } else {
      const cells = rows.map(({ id, level, title, tags, file, kind }) =>
        [id, level, title, tags.join(","), file, kind].map(plainText)
      );
      const head = ["id", "level", "title", "tags", "file", "kind"];
      await writeText(io.stdout, formatColumns([head, ...cells]));
    }
    for (const problem of problems) {
      io.writeError(`error: ${plainText(ruleProblemText(problem, io.folder))}\n`);
    }
    return problems.length > 0 ? EXIT.incomplete : EXIT.done;
  },
});
