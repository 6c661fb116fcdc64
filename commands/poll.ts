import { databaseUrlOf, POLL_SETTINGS } from "../core/config.ts";
import { poll } from "../coordinator/mod.ts";
import { defineCommand } from "./command.ts";
import { observeRun } from "./observe_run.ts";

export const command = defineCommand({
  settings: POLL_SETTINGS,
  description:
    "Follows a trail: reads every new log file, raises alerts, keeps the lake. With --once it makes one " +
    "pass and exits, for use from cron.",
  async run(values, _positionals, io) {
    const options = {
      command: "poll",
      reportPath: values.report,
      lake: values.lake,
      metrics: values.metrics,
    };
    return await observeRun(
      options,
      io,
      (onOpen) =>
        poll(values, databaseUrlOf(values.database, io.folder), io, { drain: io.drain }, {
          onOpen,
        }),
    );
  },
});
