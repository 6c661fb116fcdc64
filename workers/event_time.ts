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

/** Bytes of `YYYY-MM-DDTHH:MM:SSZ`. */
export const PLAIN_TIME_BYTES = 20;

/** An hour that was read: its bytes, eight as a number at once, and when it starts; NaN where they are no hour. */
interface ReadHour {
  /** `YYYY-MM-` and `MM-DDTHH`. */
  readonly head: number;
  readonly tail: number;
  readonly timeMs: number;
}

/** Neighbours mostly share their hour. */
let last: ReadHour = { head: NaN, tail: NaN, timeMs: NaN };

/**
 * The same of the 20 bytes of `YYYY-MM-DDTHH:MM:SSZ`, as CloudTrail writes it, without making a text of them; null
 * where they are anything else, also a day that no month has: `parseEventTime` then tells.
 */
export function parsePlainEventTime(view: DataView, start: number): number | null {
  const head = view.getFloat64(start);
  const tail = view.getFloat64(start + 5);
  if (head !== last.head || tail !== last.tail) {
    last = { head, tail, timeMs: readHour(view, start) };
  }
  const minute = twoDigits(view, start + 14);
  const second = twoDigits(view, start + 17);
  const isPlain = view.getUint8(start + 13) === COLON && view.getUint8(start + 16) === COLON &&
    view.getUint8(start + 19) === Z && minute <= 59 && second <= 59;
  const timeMs = last.timeMs + minute * 60_000 + second * 1000;
  return isPlain && !Number.isNaN(timeMs) ? timeMs : null;
}

/** When the hour of `YYYY-MM-DDTHH` starts, NaN where that is none. */
function readHour(view: DataView, start: number): number {
  const isPlain = view.getUint8(start + 4) === DASH && view.getUint8(start + 7) === DASH &&
    view.getUint8(start + 10) === T;
  const year = twoDigits(view, start) * 100 + twoDigits(view, start + 2);
  const month = twoDigits(view, start + 5);
  const day = twoDigits(view, start + 8);
  const hour = twoDigits(view, start + 11);
  // NaN is not within any bounds.
  const isHour = isPlain && year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
    hour <= 23;
  if (!isHour) return NaN;
  const timeMs = Date.UTC(year, month - 1, day, hour);
  // The 31st of April would be the 1st of May.
  return day <= 28 || new Date(timeMs).getUTCDate() === day ? timeMs : NaN;
}

const [DASH, COLON, T, Z] = [0x2d, 0x3a, 0x54, 0x5a];

/** The number of two digits; NaN where they are none. */
function twoDigits(view: DataView, at: number): number {
  const [tens, ones] = [view.getUint8(at) - 0x30, view.getUint8(at + 1) - 0x30];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}
