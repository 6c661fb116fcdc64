/** When a prefix is listed again: arithmetic on instants in ms since the epoch; the clock is given in. */
import { DAY_MS, HOUR_MS } from "../core/hours.ts";
import { LIMITS } from "../core/limits.ts";

/** When a node is visited next, and when it was busy last. */
export interface NextVisit {
  readonly dueAt: number;
  readonly activeAt: number;
}

/** Whether a day is still written to: until its end and the lookback; one in the future is. */
export function isOpenDay(dayMs: number, lookbackMs: number, nowMs: number): boolean {
  return nowMs < dayMs + DAY_MS + lookbackMs;
}

/**
 * The next visit of a folder, a flat prefix or an open day. One that was busy within the last hour, or made, is due
 * at every pass; then the pauses grow with the quiet, so that a quiet prefix costs little and is still visited
 * every hour, a level, where a new region may appear, every 15 minutes.
 */
export function nextQuietVisit(
  kind: "folder" | "flat" | "day",
  activeAt: number,
  found: boolean,
  nowMs: number,
): NextVisit {
  const quietMs = found ? 0 : Math.max(0, nowMs - activeAt);
  const pauseMs = quietMs < HOUR_MS ? 0 : Math.min(
    quietMs / 4,
    kind === "folder" ? LIMITS.listFolderPauseMs : LIMITS.listPauseMs,
  );
  return { dueAt: nowMs + pauseMs, activeAt: found ? nowMs : activeAt };
}

/**
 * The next visit of a closed day, or null after the last one. Pauses are as long as the day's end is past, at least
 * an hour: about ten visits in 30 days, the last of them at their end. A day that still gets objects is seen
 * again in an hour.
 */
export function nextClosedVisit(dayMs: number, found: boolean, nowMs: number): number | null {
  const endMs = dayMs + DAY_MS;
  const lastMs = endMs + LIMITS.listClosedDaysMs;
  if (nowMs >= lastMs) return null;
  const pauseMs = found ? HOUR_MS : Math.max(HOUR_MS, nowMs - endMs);
  return Math.min(nowMs + pauseMs, lastMs);
}

/** The days that have a node of their own once a base was listed: those of the last 30, and today. */
export function daysToFollow(sinceMs: number | null, nowMs: number): number[] {
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const days: number[] = [];
  for (
    let day = today;
    day + DAY_MS + LIMITS.listClosedDaysMs > nowMs && day >= (sinceMs ?? 0);
    day -= DAY_MS
  ) days.unshift(day);
  return days;
}

/** How long a prefix that could not be listed waits, growing with its failures. */
export function listRetryMs(isDenied: boolean, failures: number): number {
  // A refusal is mended by hand; what passes by itself is tried soon.
  const [first, cap] = isDenied ? [60_000, HOUR_MS] : [2_000, 17 * 60_000];
  return Math.min(cap, first * 4 ** Math.min(failures - 1, 10)) * (0.75 + Math.random() * 0.5);
}
