import { QUERY_SETTINGS } from "../core/config.ts";
import { hourName } from "../core/hours.ts";
import { TrailsieveError } from "../core/errors.ts";
import {
  bindParameters,
  findNamedQuery,
  listNamedQueries,
  type QuerySummary,
  runQuery,
} from "../lake/mod.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { formatNamedQueries } from "./format_named_queries.ts";
import { formatNumber, writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: QUERY_SETTINGS,
  positionals: ['"SQL"|NAME'],
  description:
    "Asks the lake in SQL, or by a named query (--list). The views are `events`, `activity` and " +
    "`cloudtrail_s3_events_flattened`.",
  async run(values, [text], io) {
    if (values.list) {
      await writeText(io.stdout, formatNamedQueries(await listNamedQueries()));
      return EXIT.done;
    }
    if (values.lake === "none") {
      throw new TrailsieveError("usage", "--lake: there is nothing to query in none");
    }
    if (text === undefined) {
      throw new TrailsieveError("usage", "the SQL is missing", {
        hint:
          `For example: query "SELECT event_name, count(*) FROM events GROUP BY ALL ORDER BY 2 DESC LIMIT 10", ` +
          "or query --list for what is asked often",
      });
    }
    const named = await findNamedQuery(text);
    if (named === null && values.param.size > 0) {
      throw new TrailsieveError("usage", "--param goes with a named query, not with SQL", {
        hint: "query --list shows the named queries and their parameters",
      });
    }
    const summary = await runQuery({
      lakeUrl: values.lake,
      sql: named?.sql ?? text,
      variables: named === null ? undefined : bindParameters(named, values.param, Date.now()),
      format: values.format,
      env: io.env,
      width: io.width,
      write: (text) => writeText(io.stdout, text),
      signal: io.drain,
    });
    if (io.stderrIsTerminal) io.writeError(formatExtent(summary));
    return EXIT.done;
  },
});

function formatExtent({ seenUntilMs, filesRead, filesListed, bytesFetched }: QuerySummary): string {
  const fetched = bytesFetched === 0 ? "" : `, ${(bytesFetched / 1e6).toFixed(1)} MB fetched`;
  const until = seenUntilMs === null
    ? "The lake holds no compacted hour yet."
    : `The lake holds compacted hours up to ${hourName(seenUntilMs)}:00Z.`;
  return `${until} Read ${filesRead} of ${formatNumber(filesListed, "file")}${fetched}.\n`;
}
