import { BENCH_SETTINGS } from "../core/config.ts";
import { benchWholePath, formatResult } from "../bench/mod.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { writeText } from "./write_text.ts";

export const command = defineCommand({
  settings: BENCH_SETTINGS,
  description:
    "Measures poll --once against gunzip and JSON.parse alone and against DuckDB's COPY to Parquet on the same " +
    "files, and over the embedded S3 server against bare GETs of the AWS SDK, in turns. Trails are generated, the " +
    "same each time, unless --trail names a folder.",
  async run(values, _positionals, io) {
    const result = await benchWholePath({
      events: values.events,
      rounds: values.rounds,
      trail: values.trail,
      onRun: (line) => io.writeError(`${line}\n`),
      signal: io.drain,
    });
    const text = values.json ? `${JSON.stringify(result)}\n` : formatResult(result);
    await writeText(io.stdout, text);
    return EXIT.done;
  },
});
