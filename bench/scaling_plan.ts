/**
 * What an organization of 1,000 accounts in 17 regions with 100 million objects a day asks of S3, Postgres and replicas.
 * Prints the tables of docs/scaling.md, which a test compares with this; the schedule of listing is the program's own.
 *
 *   deno run -A bench/scaling_plan.ts
 */
import { DAY_MS, HOUR_MS } from "../core/hours.ts";
import { LIMITS } from "../core/limits.ts";
import { DOLLARS_PER_1000 } from "../core/prices.ts";
import { isOpenDay, nextClosedVisit, nextQuietVisit } from "../coordinator/list_schedule.ts";

/** What is planned for. Each is an assumption that docs/scaling.md names. */
export const ASSUMED = {
  accounts: 1000,
  regions: 17,
  objectsPerDay: 100_000_000,
  /** Of all account and region pairs, those that are written to all day. */
  activeShare: 1,
  intervalMs: 5 * 60_000,
  lookbackMs: 6 * HOUR_MS,
  /** As in the generated trail of docs/performance.md: 500,000 events in 26,515 objects of 86 MB. */
  eventsPerObject: 19,
  bytesPerObject: 3_250,
  /** Bytes of a row in the lake, of zstd. */
  lakeBytesPerRow: 145,
  /** Of a busy hour against the day's average. */
  peak: 3,
  /** Bytes of a ledger row with its index: bench/ledger_size.ts. */
  ledgerBytes: 250,
  retentionDays: 35,
  /** Of one worker on one core, with lake and pack: docs/scaling.md tells between what it lies. */
  eventsPerSecondPerWorker: 4_000,
  workersPerReplica: 2,
} as const;

const PAGE_KEYS = 1000;
const PREFIXES = ASSUMED.accounts * ASSUMED.regions;
const ACTIVE = PREFIXES * ASSUMED.activeShare;
const KEYS_A_DAY = ASSUMED.objectsPerDay / ACTIVE;

const pages = (keys: number) => Math.max(1, Math.ceil(keys / PAGE_KEYS));

/** Visits, LIST requests and keys listed of one busy prefix, from the start of a day to its close. */
export function openDayOfBusyPrefix(): {
  readonly visits: number;
  readonly requests: number;
  readonly keys: number;
} {
  let [visits, requests, keys] = [0, 0, 0];
  for (
    let at = ASSUMED.intervalMs;
    isOpenDay(0, ASSUMED.lookbackMs, at);
    at += ASSUMED.intervalMs
  ) {
    // A busy prefix is due at every pass; once its day is over it grows quiet and is still open for the lookback.
    const there = KEYS_A_DAY * Math.min(1, at / DAY_MS);
    const written = KEYS_A_DAY / DAY_MS;
    const fromMs = Math.min(at, DAY_MS) - ASSUMED.lookbackMs;
    const listed = there <= LIMITS.listWholeKeysMax || fromMs <= 0
      ? there
      : there - written * fromMs;
    if (at > DAY_MS && !isDue(at)) continue;
    visits++;
    requests += pages(listed);
    keys += listed;
  }
  return { visits, requests, keys };
}

let dueAt = 0;
/** Whether a day that ended gets a visit at this instant; each visit finds nothing new. */
function isDue(at: number): boolean {
  if (at < dueAt) return false;
  ({ dueAt } = nextQuietVisit("day", DAY_MS, false, at));
  return true;
}

/** Visits of a closed day that gets nothing any more. */
export function closedDayVisits(): number {
  let visits = 0;
  let at: number | null = DAY_MS + ASSUMED.lookbackMs;
  while (at !== null) {
    visits++;
    at = nextClosedVisit(0, false, at);
  }
  return visits;
}

/** Visits a day of something that is always quiet. */
export function quietVisits(kind: "folder" | "day"): number {
  const { dueAt } = nextQuietVisit(kind, -DAY_MS, false, 0);
  return DAY_MS / (Math.ceil(dueAt / ASSUMED.intervalMs) * ASSUMED.intervalMs);
}

/** One line of a table. */
type Line = readonly [what: string, arithmetic: string, value: string];

const count = (value: number) => Math.round(value).toLocaleString("en-US");
const dollars = (requests: number, kind: keyof typeof DOLLARS_PER_1000) =>
  `$${(requests / 1000 * DOLLARS_PER_1000[kind]).toFixed(2)}`;

function table(title: string, lines: readonly Line[]): string {
  return [
    `| ${title} | how | number |`,
    "| --- | --- | --- |",
    ...lines.map(([what, how, value]) => `| ${what} | ${how} | ${value} |`),
  ].join("\n");
}

/** The tables, as they stand in docs/scaling.md before formatting. */
export function planTables(): string[] {
  const open = openDayOfBusyPrefix();
  const closed = closedDayVisits();
  const folder = quietVisits("folder");
  const openLists = ACTIVE * open.requests;
  const closedLists = ACTIVE * closed * pages(KEYS_A_DAY);
  // The organization, each account, its two services with regions, and CloudTrail's regions are levels.
  const levels = 2 + ASSUMED.accounts * 3;
  const levelLists = levels * folder;
  const lists = openLists + closedLists + levelLists;
  const events = ASSUMED.objectsPerDay * ASSUMED.eventsPerObject;
  const shardObjects = Math.min(
    LIMITS.shardObjectsMax,
    Math.floor(LIMITS.shardBytesMax / ASSUMED.bytesPerObject),
  );
  const shards = ASSUMED.objectsPerDay / shardObjects;
  const parts = Math.max(shards, events / LIMITS.partRowsMax);
  const hourBytes = events / 24 * ASSUMED.lakeBytesPerRow;
  const lakeFiles = 24 * (Math.ceil(hourBytes / LIMITS.lakeFileBytesMax) + 1);
  const puts = parts + lakeFiles;
  const gets = ASSUMED.objectsPerDay + parts;
  const rowsWritten = ASSUMED.objectsPerDay * 3;
  const perSecond = (value: number) => value / (DAY_MS / 1000);
  const peakEvents = perSecond(events) * ASSUMED.peak;
  const workers = Math.ceil(peakEvents / ASSUMED.eventsPerSecondPerWorker);
  return [
    table("Requests to S3", [
      [
        "LIST, open days",
        `${count(ACTIVE)} prefixes × ${count(open.requests)} (${open.visits} visits)`,
        count(openLists),
      ],
      [
        "LIST, closed days",
        `${count(ACTIVE)} × ${closed} visits over 30 days × ${pages(KEYS_A_DAY)} pages`,
        count(closedLists),
      ],
      ["LIST, levels", `${count(levels)} × ${folder}`, count(levelLists)],
      ["LIST a second", `${count(lists)} / 86,400`, count(perSecond(lists))],
      [
        "LIST, dollars",
        `${count(lists)} × $${DOLLARS_PER_1000.list} / 1,000`,
        dollars(lists, "list"),
      ],
      ["GET", `${count(ASSUMED.objectsPerDay)} objects, ${count(parts)} parts`, count(gets)],
      ["GET, dollars", `× $${DOLLARS_PER_1000.get} / 1,000`, dollars(gets, "get")],
      ["PUT", `${count(parts)} parts, ${count(lakeFiles)} files`, count(puts)],
      ["PUT, dollars", `× $${DOLLARS_PER_1000.put} / 1,000`, dollars(puts, "put")],
    ]),
    table("Postgres", [
      ["shards", `${count(ASSUMED.objectsPerDay)} / ${shardObjects} objects`, count(shards)],
      ["commits a second", "shards / 86,400", perSecond(shards).toFixed(2)],
      [
        "rows written a second",
        "planned, deleted, in the ledger",
        count(perSecond(rowsWritten)),
      ],
      [
        "keys looked up a second",
        `${count(ACTIVE)} prefixes × ${count(open.keys)} keys listed`,
        count(perSecond(ACTIVE * open.keys)),
      ],
      [
        "visits noted a second",
        `${count(ACTIVE)} × ${open.visits + closed}`,
        count(perSecond(ACTIVE * (open.visits + closed))),
      ],
      [
        "ledger, GB",
        `${ASSUMED.ledgerBytes} bytes a row`,
        count(ASSUMED.objectsPerDay * ASSUMED.ledgerBytes / 1e9),
      ],
      [
        `ledger, GB in ${ASSUMED.retentionDays} days`,
        "with retention",
        count(ASSUMED.objectsPerDay * ASSUMED.ledgerBytes * ASSUMED.retentionDays / 1e9),
      ],
      [
        "listing's nodes",
        `${count(ACTIVE)} × (1 base + 32 days)`,
        count(ACTIVE * 33),
      ],
    ]),
    table("Work", [
      ["events", `${ASSUMED.eventsPerObject} an object`, count(events)],
      ["events a second", "/ 86,400", count(perSecond(events))],
      ["in a busy hour", `× ${ASSUMED.peak}`, count(peakEvents)],
      [
        "workers",
        `${count(ASSUMED.eventsPerSecondPerWorker)} events/s each`,
        count(workers),
      ],
      [
        "replicas",
        `${ASSUMED.workersPerReplica} workers each`,
        count(Math.ceil(workers / ASSUMED.workersPerReplica)),
      ],
      [
        "lake, GB",
        `${ASSUMED.lakeBytesPerRow} bytes a row`,
        count(events * ASSUMED.lakeBytesPerRow / 1e9),
      ],
    ]),
  ];
}

if (import.meta.main) console.log(planTables().join("\n\n"));
