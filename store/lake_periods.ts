import { type RawBuilder, sql } from "kysely";
import { PERIOD_MS } from "../core/lake_paths.ts";
import type { HourWork } from "./types.ts";

/** The table that claims of a work's period stand in, and its key: the period's start. */
export function claimsOf({ period }: Pick<HourWork, "period">) {
  return period === "day"
    ? { table: sql.table("lake_days"), key: sql.ref("day") }
    : { table: sql.table("hours"), key: sql.ref("hour") };
}

/** SQL: whether the hour in a column is one of the work's. */
export function hourRange(
  { period, hourMs }: Pick<HourWork, "period" | "hourMs">,
): (column: string) => RawBuilder<unknown> {
  const end = hourMs + PERIOD_MS[period];
  return (column) =>
    sql`(${sql.ref(column)} >= to_timestamp(${hourMs}::float8 / 1000)
      and ${sql.ref(column)} < to_timestamp(${end}::float8 / 1000))`;
}
