import { WORK_SETTINGS } from "../core/backfill_config.ts";
import { databaseUrlOf } from "../core/config.ts";
import { work } from "../coordinator/mod.ts";
import { defineCommand } from "./command.ts";
import { observeRun } from "./observe_run.ts";

export const command = defineCommand({
  settings: WORK_SETTINGS,
  description:
    "Joins the cluster: reads what poll and backfill plan on the same Postgres, delivers alerts and compacts the " +
    "lake, until it is stopped. It plans nothing. Work of sources that it is not given is left to others; give " +
    "it the same rules, sinks and lake as them.",
  async run(values, _positionals, io) {
    const options = {
      command: "work",
      reportPath: values.report,
      lake: values.lake,
      metrics: values.metrics,
    };
    return await observeRun(
      options,
      io,
      (onOpen) =>
        work({
          settings: values,
          databaseUrl: databaseUrlOf(values.database, io.folder),
          access: io,
          signals: { drain: io.drain },
          observer: { onOpen },
        }),
    );
  },
});
