import { HOUR_MS } from "../core/hours.ts";

/** RFC 3339, section 5.6: `T` and `Z` may be small, a leap second may occur, an offset may stand for `Z`. */
const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** The last instant that a four-digit year can name. */
const TIME_MS_MAX = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const TIME_MS_MIN = new Date("0000-01-01T00:00:00Z").getTime();

/**
 * Milliseconds since the epoch of an RFC 3339 instant, its fraction cut to milliseconds; null where the text is
 * none. CloudTrail writes `YYYY-MM-DDTHH:MM:SSZ`.
 */
export function parseEventTime(text: string): number | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return null;
  // Built from a fixed year, because Date.UTC takes years below 100 for 19xx.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || day < 1) return null;
  let timeMs = date.getTime() + hour * HOUR_MS + minute * 60_000 + second * 1000;
  if (match[7] !== undefined) timeMs += Number(match[7].slice(1, 4).padEnd(3, "0"));
  if (match[8] !== undefined) {
    const [offsetHours, offsetMinutes] = [Number(match[9]), Number(match[10])];
    if (offsetHours > 23 || offsetMinutes > 59) return null;
    const offsetMs = offsetHours * HOUR_MS + offsetMinutes * 60_000;
    timeMs += match[8] === "+" ? -offsetMs : offsetMs;
  }
  return timeMs < TIME_MS_MIN || timeMs > TIME_MS_MAX ? null : timeMs;
}

/** Whether the text has the form from which `event_time` gives it back exactly. */
export function isPlainEventTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\dZ$/.test(text);
}
