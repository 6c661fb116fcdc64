import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { LIMITS } from "../core/limits.ts";
import {
  capped,
  inflatePieces,
  inflateWhole,
  looksLikeGzip,
  validUtf8,
  validUtf8Pieces,
} from "./inflate.ts";
import { scanInKernel } from "./kernel/kernel_scan.ts";
import { type RecordBatch, RecordScanner } from "./scan_records.ts";

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
 * @returns null if it inflates to more than fits in memory: use `readLargeLog`.
 * Throws InflateError or ScanError.
 */
export function readLog(
  name: string,
  stored: Buffer,
  emit: (batch: RecordBatch) => void,
): LogSummary | null {
  const bytes = isPlain(name, stored) ? stored : inflateWhole(stored);
  if (bytes === null) return null;
  const text = validUtf8(bytes);
  const batch = scanInKernel(text) ?? new RecordScanner().push(text, true);
  emit(batch);
  return {
    inflatedBytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest(),
    eventCount: batch.count,
  };
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
    take(scanner.push(piece, false));
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
