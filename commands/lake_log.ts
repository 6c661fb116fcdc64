import { readLakeLog } from "../coordinator/mod.ts";
import { databaseUrlOf, LAKE_LOG_SETTINGS } from "../core/config.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { formatLakeLog } from "./format_lake_log.ts";
import { writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: LAKE_LOG_SETTINGS,
  description:
    "Shows each file of the lake that was written, or that could not be, newest first: of which hour or day, its " +
    "rows, bytes, time and attempt, and what went wrong. Read from the database, which poll keeps.",
  async run(values, _positionals, io) {
    const entries = await readLakeLog(databaseUrlOf(values.database, io.folder), {
      limit: values.limit,
      sinceMs: values.since,
    });
    await writeText(io.stdout, formatLakeLog(entries, values.format));
    return EXIT.done;
  },
});
