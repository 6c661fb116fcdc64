import { testRules } from "../coordinator/mod.ts";
import { RULES_TEST_SETTINGS } from "../core/rules_config.ts";
import { parsePath } from "../core/setting_values.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { type Check, checksOf, formatJunit, formatTap, formatText } from "./format_checks.ts";
import { formatNumber, writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: RULES_TEST_SETTINGS,
  positionals: ["[FOLDER…]"],
  description:
    "Runs the cases in NAME.cases.json beside each rule, through the engine of poll. With folders it runs these " +
    "alone. Exits 1 if a case fails or a rule is malformed; a rule without cases is no failure.",
  async run(values, positionals, io) {
    const only = positionals.map((folder) => parsePath(folder, io.folder));
    const result = await testRules(values, only, io.drain);
    const checks: readonly Check[] = checksOf(result, io.folder);
    const format = { text: formatText, tap: formatTap, junit: formatJunit }[values.format];
    await writeText(io.stdout, format(checks));
    const failed = checks.filter(({ failure }) => failure !== null).length;
    const bare = result.files.filter(({ cases, problem }) => cases === null && problem === null);
    io.writeError(
      `${formatNumber(result.files.length, "rule file")}, ${bare.length} of them without cases: ` +
        `${checks.length - failed} passed, ${failed} failed\n`,
    );
    return failed > 0 ? EXIT.incomplete : EXIT.done;
  },
});
