/** Arithmetic on UTC event hours. An hour is its start in milliseconds since the epoch. */

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Start of the UTC hour that holds the instant. */
export function hourOf(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS) * HOUR_MS;
}

/** `2026-11-21T06` for an hour's start. */
export function hourName(hourMs: number): string {
  return new Date(hourMs).toISOString().slice(0, 13);
}

/** `2026/11/21/06`, the folder of an hour in the lake. */
export function hourFolder(hourMs: number): string {
  return new Date(hourMs).toISOString().slice(0, 13).replace("T", "-").replaceAll("-", "/");
}
