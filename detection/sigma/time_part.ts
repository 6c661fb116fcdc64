import type { TimePart } from "./ast.ts";

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}))?/;

/** Values that a rule may compare a part with; a year that begins on a Thursday has 53 weeks. */
export const PART_RANGES: Readonly<Record<TimePart, readonly [number, number]>> = {
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  week: [1, 53],
  month: [1, 12],
  year: [0, 9999],
};

/**
 * A part of an ISO 8601 date as it is written: time zones are not converted, other formats not read. The
 * week is that of ISO 8601. Null where the text is no date or lacks the part.
 */
export function readTimePart(text: string, part: TimePart): number | null {
  const match = DATE.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute] = match;
  switch (part) {
    case "minute":
      return minute === undefined ? null : Number(minute);
    case "hour":
      return hour === undefined ? null : Number(hour);
    case "day":
      return Number(day);
    case "month":
      return Number(month);
    case "year":
      return Number(year);
    case "week":
      return isoWeek(Number(year), Number(month), Number(day));
  }
}

/** A week belongs to the year that holds its Thursday. */
function isoWeek(year: number, month: number, day: number): number {
  const thursday = new Date(Date.UTC(2000, month - 1, day));
  thursday.setUTCFullYear(year, month - 1, day);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  const firstDay = new Date(0);
  firstDay.setUTCFullYear(thursday.getUTCFullYear(), 0, 1);
  return Math.floor((thursday.getTime() - firstDay.getTime()) / (7 * 86_400_000)) + 1;
}
