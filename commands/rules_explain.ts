import { explainRule } from "../coordinator/mod.ts";
import { TrailsieveError } from "../core/errors.ts";
import { RULES_EXPLAIN_SETTINGS } from "../core/rules_config.ts";
import { parsePath } from "../core/setting_values.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { formatExplanation } from "./format_explanation.ts";
import { writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: RULES_EXPLAIN_SETTINGS,
  positionals: ["RULE", "EVENT.json"],
  description:
    "Says why a rule matches a record, or why not. RULE is its id, title or file; EVENT.json holds a record or " +
    "`Records`, - is stdin. Exits 0 if a record matches, 1 if none does.",
  async run(values, [rule, event], io) {
    if (rule === undefined || event === undefined) {
      throw new TrailsieveError("usage", "the rule or the event is missing", {
        hint: "For example: rules explain root-use event.json",
      });
    }
    const text = await readEvent(event, io.folder);
    const explanation = await explainRule(values, rule, text, io.folder);
    await writeText(
      io.stdout,
      values.format === "json"
        ? `${JSON.stringify(explanation, null, 2)}\n`
        : formatExplanation(explanation, io.folder),
    );
    return explanation.records.some(({ matched }) => matched) ? EXIT.done : EXIT.incomplete;
  },
});

async function readEvent(path: string, folder: string): Promise<string> {
  if (path === "-") return await new Response(Deno.stdin.readable).text();
  try {
    return await Deno.readTextFile(parsePath(path, folder));
  } catch (cause) {
    throw new TrailsieveError("usage", `Cannot read ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
}
