import type { RunReport } from "../coordinator/mod.ts";
import { formatBytes, formatCount } from "./format_summary.ts";

/** Columns of the bar itself. */
const BAR_COLUMNS = 20;
/** The rate is that of the last half minute: what counts for the rest. */
const RATE_MS = 30_000;

/** How far a run is, at an instant. */
export interface ProgressSample {
  readonly atMs: number;
  /** Objects that are settled. */
  readonly objects: number;
  /** Objects in all, as far as can be told; null where nobody knows. */
  readonly total: number | null;
  /** Whether the total is a guess because listing goes on. */
  readonly isGuess: boolean;
  readonly events: number;
  /** Compressed bytes read. */
  readonly bytes: number;
}

/** Where a run stands. A backfill counts what its replicas did together; any other run what it did itself. */
export function sampleProgress(report: RunReport, atMs: number): ProgressSample {
  const { objects, events, bytes, backfill } = report;
  const own = objects.done + objects.skipped + objects.dead;
  const shared = { atMs, events: events.read, bytes: bytes.compressed };
  if (backfill === null) {
    return { ...shared, objects: own, total: objects.listed - objects.unchanged, isGuess: true };
  }
  const { ranges, rangesListed, objectsFound, objectsSettled } = backfill;
  const settled = Math.min(objectsFound, Math.max(own, objectsSettled));
  if (ranges > 0 && rangesListed >= ranges) {
    return { ...shared, objects: settled, total: objectsFound, isGuess: false };
  }
  const total = rangesListed === 0 ? null : Math.ceil(objectsFound * ranges / rangesListed);
  return { ...shared, objects: settled, total, isGuess: true };
}

/** Tells a run's progress from its samples. */
export class ProgressTeller {
  #samples: ProgressSample[] = [];

  add(sample: ProgressSample): void {
    this.#samples.push(sample);
    while (this.#samples.length > 2 && this.#samples[1].atMs < sample.atMs - RATE_MS) {
      this.#samples.shift();
    }
  }

  /** Objects a second of late; null as long as nothing can be told. */
  get objectsPerSecond(): number | null {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (last === undefined || last.atMs <= first.atMs) return null;
    return (last.objects - first.objects) / ((last.atMs - first.atMs) / 1000);
  }

  /** Objects, events, bytes, rate and, where it can be told, the time that is left. */
  text(): string {
    const last = this.#samples.at(-1);
    if (last === undefined) return "starting";
    const { objects, total, isGuess, events, bytes } = last;
    const of = total === null ? "" : ` of ${isGuess ? "about " : ""}${formatCount(total)}`;
    const parts = [
      `${formatCount(objects)}${of} objects`,
      `${formatCount(events)} events`,
      formatBytes(bytes),
    ];
    const rate = this.objectsPerSecond;
    if (rate !== null) parts.push(`${formatCount(Math.round(rate))} objects/s`);
    if (rate !== null && rate > 0 && total !== null && total > objects) {
      parts.push(`${formatDuration((total - objects) / rate)} left`);
    }
    return parts.join(", ");
  }

  /** One line with a bar, cut to the width of a terminal. */
  bar({ width, colour }: { readonly width: number; readonly colour: boolean }): string {
    const last = this.#samples.at(-1);
    const share = last === undefined || last.total === null || last.total === 0
      ? 0
      : Math.min(1, last.objects / last.total);
    const full = Math.round(share * BAR_COLUMNS);
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    const line = `[${"#".repeat(full)}${"-".repeat(BAR_COLUMNS - full)}]${percent} ${this.text()}`;
    // The last column stays free: some terminals begin a new line behind it.
    const cut = line.slice(0, Math.max(1, width - 1));
    return colour
      ? `\x1b[36m${cut.slice(0, BAR_COLUMNS + 2)}\x1b[0m${cut.slice(BAR_COLUMNS + 2)}`
      : cut;
  }
}

/** Seconds as `45 s`, `12 min`, `3 h 20 min` or `4 days`. */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} days`;
}
