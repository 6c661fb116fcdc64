import { BACKFILL_SETTINGS } from "../core/backfill_config.ts";
import { databaseUrlOf } from "../core/config.ts";
import { TrailsieveError } from "../core/errors.ts";
import { backfill, estimateBackfill } from "../coordinator/mod.ts";
import { defineCommand } from "./command.ts";
import { observeRun } from "./observe_run.ts";

export const command = defineCommand({
  settings: BACKFILL_SETTINGS,
  description:
    "Reads a past range of days: --from is the first day or instant, --to the end, which is no longer " +
    "part of it. Objects are chosen by day, to one day after --to; every event of a chosen object is kept. " +
    "Interrupted and run again, it goes on where it was. --dry-run only says what it would read.",
  async run(values, _positionals, io) {
    const { from, to } = values;
    const problems = [
      from === null ? "--from: is required, e.g. --from 2026-11-01" : null,
      to === null ? "--to: is required, e.g. --to 2026-11-08" : null,
      from !== null && to !== null && from >= to ? "--to: is not after --from" : null,
      from !== null && from > Date.now() ? "--from: lies in the future" : null,
    ].filter((problem) => problem !== null);
    if (from === null || to === null || problems.length > 0) {
      throw new TrailsieveError("usage", problems.join("\n"));
    }
    const options = {
      command: "backfill",
      reportPath: values.report,
      lake: values.lake,
      metrics: values.metrics,
    };
    const range = { fromMs: from, toMs: to };
    const databaseUrl = databaseUrlOf(values.database, io.folder);
    return await observeRun(
      options,
      io,
      (onOpen) =>
        values["dry-run"] ? estimateBackfill(values, range, databaseUrl, io, io.drain) : backfill(
          {
            settings: values,
            databaseUrl,
            access: io,
            signals: { drain: io.drain },
            observer: { onOpen },
          },
          range,
        ),
    );
  },
});
