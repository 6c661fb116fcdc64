import { DAY_MS, HOUR_MS } from "../core/hours.ts";
import type { Rhythm } from "./workforce.ts";

/** Activity by UTC hour, in percent of the busiest hour: Europe's working day with America's afternoon. */
const OFFICE_HOURS = [
  3,
  2,
  2,
  2,
  4,
  10,
  30,
  65,
  90,
  100,
  97,
  85,
  78,
  92,
  95,
  88,
  72,
  52,
  38,
  28,
  20,
  14,
  9,
  5,
];
const NIGHT_HOURS = [
  60,
  100,
  90,
  80,
  40,
  10,
  2,
  2,
  2,
  2,
  2,
  2,
  2,
  2,
  2,
  2,
  2,
  2,
  2,
  2,
  5,
  10,
  20,
  40,
];
/** Machines serve people, so they are busier by day. */
const SERVICE_HOURS = [
  55,
  50,
  48,
  48,
  50,
  55,
  65,
  78,
  90,
  97,
  100,
  100,
  98,
  98,
  100,
  98,
  95,
  90,
  88,
  85,
  80,
  74,
  68,
  60,
];
const WEEKEND_PERCENT: Readonly<Record<Rhythm, number>> = { office: 7, always: 72, night: 90 };

/** How active someone of this rhythm is in the hour that holds the instant, from 0 to 1. */
export function activityAt(rhythm: Rhythm, at: number): number {
  const hours = rhythm === "office"
    ? OFFICE_HOURS
    : rhythm === "night"
    ? NIGHT_HOURS
    : SERVICE_HOURS;
  const hour = Math.floor(at / HOUR_MS) % 24;
  // 1970-01-01 was a Thursday: day 2 and 3 of the week that starts there are Saturday and Sunday.
  const day = Math.floor(at / DAY_MS) % 7;
  const weekend = day === 2 || day === 3;
  return hours[hour] * (weekend ? WEEKEND_PERCENT[rhythm] : 100) / 10_000;
}
