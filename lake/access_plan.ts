import type { DuckDBConnection } from "@duckdb/node-api";
import type { Dataset } from "../core/lake_paths.ts";
import { ACTIVITY_COLUMNS, type Column, EVENT_COLUMNS } from "../parquet/mod.ts";
import { ALL_TIME, intersect, type TimeRange, timesOfFilter, unite } from "./time_ranges.ts";
import { SQL_TYPES } from "./views.ts";

/** What a query reads of a dataset at most. */
export interface DatasetAccess {
  /** Times of the rows that can matter: a file whose hours share none of them need not be opened. */
  readonly times: readonly TimeRange[];
  /** Columns, in the dataset's order. */
  readonly columns: readonly string[];
}

/** What a query reads of each dataset; null where it does not mention it. */
export type AccessPlan = Readonly<Record<Dataset, DatasetAccess | null>>;

const DATASETS: Readonly<
  Record<Dataset, { readonly columns: readonly Column[]; readonly timeColumns: readonly string[] }>
> = {
  events: { columns: EVENT_COLUMNS, timeColumns: ["event_time"] },
  // All events that a row counts are of the file's own hours, so both ends are.
  activity: { columns: ACTIVITY_COLUMNS, timeColumns: ["first_event_time", "last_event_time"] },
};

/** What may depend on the data at hand, which is none here; and what hides a scan or its columns. */
const NEVER_RUN = [
  "statistics_propagation",
  "empty_result_pullup",
  "late_materialization",
  "join_filter_pushdown",
  "top_n",
];

/** The table behind a dataset's view while a plan is made. */
function probeTable(dataset: Dataset): string {
  return `probe_${dataset}`;
}

/** Makes `events` and `activity` as views over empty tables, for {@linkcode planAccess}. */
export async function createProbes(connection: DuckDBConnection): Promise<void> {
  for (const [dataset, { columns }] of entries()) {
    const list = columns.map(({ name, type }) => `${name} ${SQL_TYPES[type]}`).join(", ");
    await connection.run(`CREATE TABLE ${probeTable(dataset)} (${list})`);
    await connection.run(`CREATE VIEW ${dataset} AS FROM ${probeTable(dataset)}`);
  }
}

/** Removes what {@linkcode createProbes} made. */
export async function dropProbes(connection: DuckDBConnection): Promise<void> {
  for (const [dataset] of entries()) {
    await connection.run(`DROP VIEW ${dataset}`);
    await connection.run(`DROP TABLE ${probeTable(dataset)}`);
  }
}

/**
 * Finds what a query reads. DuckDB plans it over empty tables, once with filters pushed into the scans, which
 * shows the times, and once without, which shows every column. DuckDB itself decides which rows a scan may
 * leave out, whatever names, joins and nested queries stand between; a filter that is not understood counts
 * as none.
 * Rejects with DuckDB's error where the SQL is wrong.
 */
export async function planAccess(connection: DuckDBConnection, sql: string): Promise<AccessPlan> {
  const filtered = await scansOf(connection, sql, NEVER_RUN);
  const whole = await scansOf(connection, sql, [...NEVER_RUN, "filter_pushdown", "filter_pullup"]);
  const plan: Record<Dataset, DatasetAccess | null> = { events: null, activity: null };
  for (const [dataset, { columns, timeColumns }] of entries()) {
    const ofDataset = (scans: readonly Scan[]) =>
      scans.filter(({ table }) => table === probeTable(dataset));
    const reads = new Set(ofDataset([...whole, ...filtered]).flatMap(({ columns }) => columns));
    // A scan that only the plan without filters has was found to give nothing.
    if (ofDataset(whole).length === 0 && ofDataset(filtered).length === 0) continue;
    const times = ofDataset(filtered).map(({ filters }) => timesOfScan(filters, timeColumns))
      .reduce((all, ranges) => unite(all, ranges), []);
    plan[dataset] = {
      times,
      columns: columns.map(({ name }) => name).filter((name) => reads.has(name)),
    };
  }
  await connection.run("RESET disabled_optimizers");
  return plan;
}

function timesOfScan(filters: readonly string[], timeColumns: readonly string[]): TimeRange[] {
  const understood = filters.flatMap((filter) =>
    timeColumns.flatMap((column) => {
      const times = timesOfFilter(filter, column);
      return times === null ? [] : [times];
    })
  );
  return understood.reduce((times, ranges) => intersect(times, ranges), [...ALL_TIME]);
}

interface Scan {
  readonly table: string;
  readonly columns: readonly string[];
  readonly filters: readonly string[];
}

/** A node of `EXPLAIN (FORMAT json)`. */
interface PlanNode {
  readonly extra_info?: Readonly<Record<string, string | readonly string[]>>;
  readonly children?: readonly PlanNode[];
}

async function scansOf(
  connection: DuckDBConnection,
  sql: string,
  disabled: readonly string[],
): Promise<Scan[]> {
  await connection.run(`SET disabled_optimizers = '${disabled.join(",")}'`);
  const reader = await connection.runAndReadAll(`EXPLAIN (FORMAT json) ${sql}`);
  const scans: Scan[] = [];
  const visit = ({ extra_info: info = {}, children = [] }: PlanNode) => {
    const table = /^memory\.main\.(probe_\w+)$/.exec(String(info.Table ?? ""));
    if (table !== null) {
      scans.push({
        table: table[1],
        columns: [info.Projections ?? []].flat(),
        filters: [info.Filters ?? []].flat(),
      });
    }
    children.forEach(visit);
  };
  visit({ children: JSON.parse(reader.value(1, 0) as string) });
  return scans;
}

function entries() {
  return Object.entries(DATASETS) as [Dataset, (typeof DATASETS)[Dataset]][];
}
