import { GENERATE_SETTINGS } from "../core/config.ts";
import { TrailsieveError } from "../core/errors.ts";
import { planTrail } from "../generator/mod.ts";
import { defineCommand } from "./command.ts";
import { EXIT } from "./exit_codes.ts";
import { formatBytes, formatCount } from "./format_summary.ts";
import { writeReport } from "./report_file.ts";
import { openTrailWriter } from "./write_trail.ts";

const PROGRESS_MS = 5000;

export const command = defineCommand({
  settings: GENERATE_SETTINGS,
  description:
    "Writes a synthetic organization trail, with attack stories hidden in it, to a folder or bucket. The " +
    "same seed and options give the same bytes.",
  async run(values, _positionals, io) {
    if (values.to === null) {
      throw new TrailsieveError(
        "usage",
        "--to: is required, e.g. --to file:./trail or --to s3://bucket/",
      );
    }
    const plan = planTrail({
      seed: values.seed,
      events: values.events,
      days: values.days ?? undefined,
      accounts: values.accounts ?? undefined,
    });
    const startedAt = performance.now();
    let toldAt = startedAt;
    const total = { objects: 0, events: 0, duplicates: 0, bytes: 0, inflated: 0 };
    await using writer = await openTrailWriter(values.to, io.env);
    for (const object of plan.objects()) {
      await writer.write(object);
      total.objects++;
      total.events += object.eventCount - object.duplicateCount;
      total.duplicates += object.duplicateCount;
      total.bytes += object.bytes.length;
      total.inflated += object.inflatedBytes;
      if (performance.now() - toldAt > PROGRESS_MS) {
        toldAt = performance.now();
        io.writeError(`${formatCount(total.events)} of ${formatCount(values.events)} events\n`);
      }
      io.drain.throwIfAborted();
    }
    await writer.flush();
    if (values.labels !== null) {
      await writeReport(values.labels, { seed: values.seed, stories: plan.stories });
    }
    const seconds = (performance.now() - startedAt) / 1000;
    io.writeError(
      `Wrote ${formatCount(total.events)} events (and ${
        formatCount(total.duplicates)
      } of them twice) in ` +
        `${formatCount(total.objects)} objects to ${values.to}: ${
          formatBytes(total.bytes)
        } of gzip, ` +
        `${formatBytes(total.inflated)} inflated, ${plan.stories.length} attack stories, ${
          seconds.toFixed(1)
        } s\n`,
    );
    return EXIT.done;
  },
});
