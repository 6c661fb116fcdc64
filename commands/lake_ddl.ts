import { athenaDdl } from "../athena/mod.ts";
import { LAKE_DDL_SETTINGS } from "../core/config.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: LAKE_DDL_SETTINGS,
  description:
    "Prints the SQL that makes a Parquet lake in S3 queryable in Amazon Athena: a database, the tables events and " +
    "activity with partition projection, and the view cloudtrail_s3_events_flattened. Athena runs one statement at a " +
    "time. Nothing is read and nothing is made.",
  async run(values, _positionals, io) {
    const statements = athenaDdl({
      lakeUrl: values.lake,
      database: values["athena-database"],
      period: values["lake-cadence"] === "hourly" ? "hour" : "day",
      sinceMs: values.since,
    });
    await writeText(io.stdout, statements.map((statement) => `${statement};\n`).join("\n"));
    return EXIT.done;
  },
});
