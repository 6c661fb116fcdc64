import { Buffer } from "node:buffer";
import { relieveMemory } from "../core/collect_garbage.ts";
import { TrailsieveError } from "../core/errors.ts";
import { type LakeFileName, parseLakeFilePath, PERIOD_MS } from "../core/lake_paths.ts";
import { logOf } from "../core/log.ts";
import type { LakeStore } from "../objects/mod.ts";
import {
  decodeJsonl,
  EVENT_COLUMNS,
  type EventRow,
  recordFromRow,
  TableReader,
} from "../parquet/mod.ts";
import type { ShardObject } from "../workers/mod.ts";

/** Rows, and bytes of text, that are held at once; only a single record may be larger. */
const SLICE_ROWS_MAX = 4000;
const LOG_BYTES_MAX = 4 * 1024 * 1024;
/** Files in a lake that are not its own and are named. */
const FOREIGN_NAMED_MAX = 5;

/** What a record is rebuilt from; the other columns copy parts of these. */
const COLUMNS = EVENT_COLUMNS.filter(({ name, field }) => field !== null || name === "extra")
  .map(({ name }) => name);

const log = logOf("backtest");

/** Which events of a lake are replayed. */
export interface EventChoice {
  /** Account ids and regions, as the records name them; none means all. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** Event times in ms since the epoch: first and end, exclusive; null is open. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Who is told of the files of a lake. */
export interface ReplayObserver {
  /** A file is about to be read. */
  readonly onFile: () => void;
  /** Events of a file, whose hour or day starts then, are about to be given. */
  readonly onHour: (startMs: number) => void;
  /** The rest of a file cannot be read. */
  readonly onUnread: (uri: string, error: TrailsieveError) => void;
}

/**
 * Gives the events of a lake back as log files, one to a shard, whose `uri` is that of the lake's file. A file
 * is read whole, since compaction may replace it meanwhile, and its rows are decoded slice by slice. Files under
 * `events/` that are not the lake's are left alone and named in a warning. Throws TrailsieveError where the lake
 * cannot be read, `missing` where it has no file, and the signal's reason on abort.
 */
export async function* replayLake(
  lake: LakeStore,
  choice: EventChoice,
  observer: ReplayObserver,
  signal: AbortSignal,
): AsyncGenerator<readonly [ShardObject]> {
  for await (const { path, name } of eventFiles(lake, signal)) {
    const { fromMs, toMs } = choice;
    const { startMs, period, format } = name;
    const isBefore = fromMs !== null && startMs + PERIOD_MS[period] <= fromMs;
    if (isBefore || toMs !== null && startMs >= toMs) continue;
    observer.onFile();
    const uri = `${lake.url}${path}`;
    const key = path.replace(/(parquet|jsonl\.gz)$/, "json");
    try {
      const file = await lake.get(path, { signal });
      if (file === null) throw new TrailsieveError("missing", `Cannot read ${uri}: it is gone`);
      const table = format === "parquet"
        ? file.bytes
        : await decodeJsonl(file.bytes, EVENT_COLUMNS);
      for await (const bytes of logsOf(table, choice, signal)) {
        observer.onHour(startMs);
        const grant = { kind: "bytes", bytes } as const;
        yield [{ key, etag: file.etag, size: bytes.length, uri, grant }];
        relieveMemory();
      }
    } catch (error) {
      const isOfFile = error instanceof TrailsieveError &&
        (error.code === "corrupt" || error.code === "missing");
      if (!isOfFile) throw error;
      observer.onUnread(uri, error);
    }
  }
}

async function* eventFiles(
  lake: LakeStore,
  signal: AbortSignal,
): AsyncGenerator<{ readonly path: string; readonly name: LakeFileName }> {
  let count = 0;
  let foreignCount = 0;
  const foreign: string[] = [];
  for await (const page of lake.list("events/", { signal })) {
    for (const { path } of page) {
      const name = parseLakeFilePath(path);
      if (name !== null) {
        count++;
        yield { path, name };
      } else if (foreignCount++ < FOREIGN_NAMED_MAX) foreign.push(path);
    }
  }
  if (foreignCount > 0) {
    const more = foreignCount > foreign.length ? ` and ${foreignCount - foreign.length} more` : "";
    log.warn(
      `Left alone what is no file of the lake in ${lake.url}: ${foreign.join(", ")}${more}`,
    );
  }
  if (count === 0) {
    throw new TrailsieveError("missing", `Cannot try rules on ${lake.url}: it holds no events`, {
      advice: "stop",
      hint: "Run poll or backfill first, or name another lake with --lake",
    });
  }
}

/** The chosen rows of a file as log files. */
async function* logsOf(
  file: Uint8Array,
  choice: EventChoice,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = await TableReader.open(file);
  let records: Buffer[] = [];
  let length = 0;
  for (const { rowStart, rowEnd } of slicesOf(reader)) {
    signal.throwIfAborted();
    for (const row of await readRows(reader, rowStart, rowEnd)) {
      if (!isChosen(row, choice)) continue;
      const record = Buffer.from(recordOf(row));
      // Values that a column holds once for many rows make the text longer than the slice.
      if (length > 0 && length + record.length > LOG_BYTES_MAX) {
        yield logFile(records);
        records = [];
        length = 0;
      }
      records.push(record);
      length += record.length;
    }
  }
  if (records.length > 0) yield logFile(records);
}

/** Cuts rows so that no slice spans two row groups: a slice's columns are decoded apart. */
function* slicesOf(
  { rowGroups }: TableReader,
): Generator<{ readonly rowStart: number; readonly rowEnd: number }> {
  for (const { rowStart, rowCount, uncompressedBytes } of rowGroups) {
    const fitting = Math.floor(LOG_BYTES_MAX / Math.max(1, uncompressedBytes / rowCount));
    const step = Math.min(SLICE_ROWS_MAX, Math.max(1, fitting));
    const end = rowStart + rowCount;
    for (let row = rowStart; row < end; row += step) {
      yield { rowStart: row, rowEnd: Math.min(end, row + step) };
    }
  }
}

async function readRows(
  reader: TableReader,
  rowStart: number,
  rowEnd: number,
): Promise<EventRow[]> {
  const rows = Array.from({ length: rowEnd - rowStart }, (): Record<string, unknown> => ({}));
  for (const name of COLUMNS) {
    const values = await reader.readColumn(name, rowStart, rowEnd);
    rows.forEach((row, place) => row[name] = values[place]);
  }
  return rows;
}

function isChosen(row: EventRow, { accounts, regions, fromMs, toMs }: EventChoice): boolean {
  const timeMs = row.event_time as number;
  return (fromMs === null || timeMs >= fromMs) && (toMs === null || timeMs < toMs) &&
    (accounts.length === 0 || accounts.includes(row.recipient_account_id as string)) &&
    (regions.length === 0 || regions.includes(row.aws_region as string));
}

function recordOf(row: EventRow): string {
  try {
    return recordFromRow(row);
  } catch (cause) {
    throw new TrailsieveError("corrupt", `Cannot rebuild event ${row.event_id} from its row`, {
      cause,
    });
  }
}

const START = Buffer.from(`{"Records":[`);
const COMMA = Buffer.from(",");
const END = Buffer.from("]}");

function logFile(records: readonly Buffer[]): Uint8Array {
  const pieces = records.flatMap((record, place) => [place === 0 ? START : COMMA, record]);
  return Buffer.concat([...pieces, END]);
}
