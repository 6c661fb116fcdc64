import type { DataSetResult, WholePathResult } from "./bench_whole_path.ts";
import type { Measured } from "./measured.ts";

/** The result as Markdown: a table for each data set, of medians over the rounds. */
export function formatResult(result: WholePathResult): string {
  const { date, deno, cpuCount, loadAtStart, loadAtEnd } = result;
  const where =
    `${date}, Deno ${deno}, ${cpuCount} cores, load average ${loadAtStart.toFixed(1)} ` +
    `at the start and ${loadAtEnd.toFixed(1)} at the end`;
  return [where, ...result.dataSets.map(formatSet)].join("\n\n") + "\n";
}

function formatSet(set: DataSetResult): string {
  const rounds = Object.values(set.runs)[0].length;
  const first = medianOf(Object.values(set.runs)[0], ({ milliseconds }) => milliseconds);
  const events = Object.values(set.runs)[0][0].events;
  const inflated = Object.values(set.runs)[0][0].inflatedBytes ?? 0;
  const rows = Object.entries(set.runs).map(([name, runs]) => {
    const ms = medianOf(runs, ({ milliseconds }) => milliseconds);
    const perSecond = (amount: number) => count(amount / (ms / 1000));
    const firstAlert = medianOf(runs, ({ firstAlertMs }) => firstAlertMs ?? NaN);
    return [
      name,
      `${(ms / 1000).toFixed(2)} s`,
      (ms / first).toFixed(2),
      set.isS3 ? "" : perSecond(events),
      perSecond(set.objects),
      count(inflated / 1e6 / (ms / 1000)),
      `${count(medianOf(runs, ({ rssBytes }) => rssBytes) / 1e6)} MB`,
      (medianOf(runs, ({ cpuSeconds }) => cpuSeconds) / events * 1e6).toFixed(1),
      Number.isNaN(firstAlert) ? "" : `${(firstAlert / 1000).toFixed(2)} s`,
    ];
  });
  const head = [
    "contestant",
    "time",
    "poll against it",
    "events/s",
    "objects/s",
    "MB/s",
    "peak RSS",
    "CPU s per million events",
    "first alert",
  ];
  const title = `${set.name}${set.isS3 ? ", over S3" : ""}: ${count(events)} events in ` +
    `${count(set.objects)} objects, ${count(set.bytes / 1e6)} MB of gzip, ` +
    `${count(inflated / 1e6)} MB inflated; medians of ${rounds}`;
  return [title, "", line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function medianOf(runs: readonly Measured[], of: (run: Measured) => number): number {
  const sorted = runs.map(of).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
