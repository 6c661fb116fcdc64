import { createHash } from "node:crypto";
import { Buffer, isUtf8 } from "node:buffer";
import { LIMITS } from "../core/limits.ts";
import {
  capped,
  inflateInto,
  inflatePieces,
  looksLikeGzip,
  validUtf8,
  validUtf8Pieces,
} from "./inflate.ts";
import { LOG_ROOM, logBytes, scanLog } from "./kernel_scan.ts";
import { type RecordBatch, RecordScanner, TooManyRecords } from "./scan_records.ts";

/** What reading a log file to its end found out. */
export interface LogSummary {
  readonly inflatedBytes: number;
  /** Of the inflated bytes, which is what CloudTrail's digest files name. */
  readonly sha256: Uint8Array;
  readonly eventCount: number;
}

const NOTHING = Buffer.alloc(0);

/**
 * Reads a log file that is at hand. Nothing is emitted before the whole file was found to be sound.
 * @param name decides, by `.json` or `.json.gz`, whether plain text is welcome
 * @returns null if it inflates to more, or has more records, than fit in memory: use `readLargeLog`.
 * Throws InflateError or ScanError.
 */
export function readLog(
  name: string,
  stored: Buffer,
  emit: (batch: RecordBatch) => void,
): LogSummary | null {
  const length = isPlain(name, stored) ? copyPlain(stored) : inflateInto(stored, LOG_ROOM);
  if (length === null) return null;
  const bytes = logBytes(length);
  const sha256 = createHash("sha256").update(bytes).digest();
  const batch = isUtf8(bytes) ? scanLog(length) : null;
  if (batch !== null) {
    emit(batch);
    return { inflatedBytes: length, sha256, eventCount: batch.count };
  }
  // A copy: whoever takes the records may put them into the kernel's memory, one by one.
  const scanned = scanWhole(validUtf8(Buffer.from(bytes)));
  if (scanned === null) return null;
  emit(scanned);
  return { inflatedBytes: length, sha256, eventCount: scanned.count };
}

function scanWhole(bytes: Buffer): RecordBatch | null {
  try {
    return new RecordScanner().push(bytes, true);
  } catch (error) {
    if (error instanceof TooManyRecords) return null;
    throw error;
  }
}

function copyPlain(stored: Buffer): number | null {
  if (stored.length >= LOG_ROOM.length) return null;
  LOG_ROOM.set(stored);
  return stored.length;
}

/** What whoever reads a large log file is told on the way. */
export interface LargeLogReader {
  /** Records, in the order of the file. */
  readonly emit: (batch: RecordBatch) => void;
  /** All records so far do not count: another list `Records` follows, and of two the last counts. */
  readonly restart: () => void;
  /** Waited for before more is held of a record than `LIMITS.sharedRecordBytes`. */
  readonly largeRecord: () => Promise<void>;
}

/**
 * Reads a large log file piece by piece. Throws InflateError or ScanError where it is not sound: records that were
 * emitted before do not count then.
 * @param stored the stored bytes from the start
 */
export async function readLargeLog(
  name: string,
  stored: AsyncIterable<Uint8Array>,
  reader: LargeLogReader,
): Promise<LogSummary> {
  const hash = createHash("sha256");
  const scanner = new RecordScanner();
  let inflatedBytes = 0;
  let eventCount = 0;
  let lists = 0;
  const counted = async function* () {
    for await (const piece of inflated(name, stored)) {
      hash.update(piece);
      inflatedBytes += piece.length;
      yield piece;
    }
  };
  const take = (batch: RecordBatch) => {
    if (scanner.recordsSeen !== lists) {
      if (lists > 0) reader.restart();
      lists = scanner.recordsSeen;
      eventCount = 0;
    }
    eventCount += batch.count;
    reader.emit(batch);
  };
  for await (const piece of validUtf8Pieces(counted())) {
    if (scanner.heldBytes > LIMITS.sharedRecordBytes) await reader.largeRecord();
    let batch = scanner.push(piece, false);
    take(batch);
    // The kernel may have left records, of tiny ones there are many; what gathers would be scanned all at once.
    while (batch.count > 0 && scanner.heldBytes > piece.length) {
      batch = scanner.push(NOTHING, false);
      take(batch);
    }
  }
  take(scanner.push(NOTHING, true));
  return { inflatedBytes, sha256: hash.digest(), eventCount };
}

async function* inflated(name: string, stored: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const pieces = stored[Symbol.asyncIterator]();
  const first = await pieces.next();
  const whole = async function* () {
    if (first.done) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => pieces };
  };
  yield* isPlain(name, first.done ? NOTHING : first.value)
    ? capped(whole())
    : inflatePieces(whole());
}

function isPlain(name: string, start: Uint8Array): boolean {
  return name.endsWith(".json") && !looksLikeGzip(start);
}
