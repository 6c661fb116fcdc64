import { QUERY_SETTINGS } from "../core/config.ts";
import { hourName } from "../core/hours.ts";
import { TrailsieveError } from "../core/errors.ts";
import { runQuery } from "../lake/mod.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";

export const command = defineCommand({
  settings: QUERY_SETTINGS,
  positionals: ['"SQL"'],
  description:
    "Asks the lake in SQL. The views are `events`, `activity` and `cloudtrail_s3_events_flattened`.",
  async run(values, [sql], io) {
    if (values.lake === "none") {
      throw new TrailsieveError("usage", "--lake: there is nothing to query in none");
    }
    if (sql === undefined) {
      throw new TrailsieveError("usage", "the SQL is missing", {
        hint:
          `For example: query "SELECT event_name, count(*) FROM events GROUP BY ALL ORDER BY 2 DESC LIMIT 10"`,
      });
    }
    const encoder = new TextEncoder();
    const writer = io.stdout.getWriter();
    const { seenUntilMs } = await runQuery({
      lakeUrl: values.lake,
      sql,
      format: values.format,
      env: io.env,
      width: io.width,
      write: (text) => writer.write(encoder.encode(text)),
      signal: io.drain,
    }).finally(() => writer.releaseLock());
    if (io.stderrIsTerminal && seenUntilMs !== null) {
      io.writeError(`The lake holds compacted hours up to ${hourName(seenUntilMs)}:00Z.\n`);
    }
    return EXIT.done;
  },
});
