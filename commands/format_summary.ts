import type { RunReport } from "../coordinator/mod.ts";

/** A whole number with commas between thousands, whatever the locale. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Bytes with a unit. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** The end of a run in a few lines. */
export function formatSummary(report: RunReport, lake: string): string {
  const { objects, events, alerts, bytes } = report;
  const seconds = ((report.lastWriteAt ?? 0) - (report.firstListingAt ?? 0)) / 1000;
  const lines = [
    `objects  ${
      list([
        [objects.listed, "listed"],
        [objects.unchanged, "known before"],
        [objects.done, "read"],
        [objects.skipped, "skipped"],
        [objects.dead, "given up"],
        [objects.pending, "pending"],
      ])
    }`,
    `events   ${
      list([
        [events.read, "read"],
        [report.lake ? events.added : 0, "new in the lake"],
        [events.duplicates, "delivered twice"],
        [events.conflicts, "conflicts"],
        [events.rejected, "rejected"],
      ])
    }`,
    `alerts   ${
      list([
        [alerts.raised, "raised"],
        [alerts.carried, "carried over"],
        [alerts.suppressed, "suppressed"],
        [alerts.delivered, "delivered"],
        [alerts.undelivered, "not delivered"],
      ])
    }`,
    `lake     ${lake}`,
  ];
  if (seconds > 0 && events.read > 0) {
    const rate = formatCount(Math.round(events.read / seconds));
    lines.push(
      `speed    ${seconds.toFixed(1)} s, ${rate} events/s, ${
        formatBytes(bytes.compressed)
      } of gzip, ` +
        `${formatBytes(bytes.uncompressed)} inflated`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** The first number always, the others where they are not zero. */
function list(counts: readonly (readonly [number, string])[]): string {
  return counts.filter(([count], i) => i === 0 || count > 0)
    .map(([count, what]) => `${formatCount(count)} ${what}`).join(", ");
}
