import { backtest } from "../coordinator/mod.ts";
import { RULES_BACKTEST_SETTINGS } from "../core/rules_config.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { formatBacktest } from "./format_backtest.ts";
import { writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: RULES_BACKTEST_SETTINGS,
  description:
    "Shows what rules would have found in a trail or a lake, by rule, day and principal, before they go live. It " +
    "reads one of --source and --lake with the engine of poll and writes to no database, lake or sink. Exits 1 if an " +
    "object or a file of the lake could not be read, or a rule threw or was switched off.",
  async run(values, _positionals, io) {
    const result = await backtest(values, io, io.drain);
    await writeText(
      io.stdout,
      values.format === "json" ? `${JSON.stringify(result, null, 2)}\n` : formatBacktest(result),
    );
    const isWhole = result.unread_objects === 0 &&
      result.rules.every(({ error }) => error === null);
    return isWhole ? EXIT.done : EXIT.incomplete;
  },
});
