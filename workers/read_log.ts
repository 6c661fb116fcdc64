import { collectGarbage } from "../core/collect_garbage.ts";
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
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

/**
 * Reads a large log file piece by piece, twice: to find whether it is sound, then to emit its records.
 * @param open gives the stored bytes from the start, each time it is called
 */
export async function readLargeLog(
  name: string,
  open: () => AsyncIterable<Uint8Array>,
  emit: (batch: RecordBatch) => void,
): Promise<LogSummary> {
  const hash = createHash("sha256");
  let inflatedBytes = 0;
  let eventCount = 0;
  let lists = 0;
  const count = async function* () {
    for await (const piece of inflated(name, open())) {
      hash.update(piece);
      inflatedBytes += piece.length;
      yield piece;
    }
  };
  await scanPieces(count(), (batch, listsSeen) => {
    if (listsSeen !== lists) eventCount = 0;
    lists = listsSeen;
    eventCount += batch.count;
  });
  collectGarbage();
  await scanPieces(inflated(name, open()), (batch, listsSeen) => {
    if (listsSeen === lists) emit(batch);
  });
  return { inflatedBytes, sha256: hash.digest(), eventCount };
}

async function scanPieces(
  pieces: AsyncIterable<Buffer>,
  visit: (batch: RecordBatch, listsSeen: number) => void,
): Promise<void> {
  const scanner = new RecordScanner();
  for await (const piece of validUtf8Pieces(pieces)) {
    visit(scanner.push(piece, false), scanner.recordsSeen);
  }
  visit(scanner.push(NOTHING, true), scanner.recordsSeen);
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
