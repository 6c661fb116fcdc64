import { Buffer } from "node:buffer";
import { cutUtf8 } from "./cut_text.ts";
import { RecordBatch, STRIDE } from "./record_batch.ts";
import { kernel, MEMORY } from "./kernel_tables.ts";

const LOG = kernel.log();
const BYTES_MAX = kernel.logBytesMax();
const SPANS = new Int32Array(
  MEMORY.buffer,
  kernel.spans(),
  (kernel.spansEnd() - kernel.spans()) / Int32Array.BYTES_PER_ELEMENT,
);
/** Numbers of an odd field: its record, start and end of its name, start and end of its value. */
const ODD_NUMBERS = 5;

const ODD = new Int32Array(
  MEMORY.buffer,
  kernel.odd(),
  (kernel.oddEnd() - kernel.odd()) / Int32Array.BYTES_PER_ELEMENT,
);

/** All of the kernel's records are one batch after the other. */
const batch = new RecordBatch();
batch.isInKernel = true;
batch.spans = SPANS;

/** Where a log file is put to be scanned; one that fills it is too large. */
export const LOG_ROOM: Uint8Array = MEMORY.subarray(LOG, LOG + BYTES_MAX + 1);

/** The first bytes of what was put there. */
export function logBytes(length: number): Buffer {
  return Buffer.from(MEMORY.buffer, LOG, length);
}

/**
 * Scans the log file of so many bytes in LOG_ROOM, which is valid UTF-8 and as CloudTrail writes it: compact, `Records`
 * alone, no name written with escapes, no field twice.
 * @returns its records, valid until the next call; null where it is anything else: `RecordScanner` tells what
 */
export function scanLog(length: number): RecordBatch | null {
  const count = kernel.scan(length);
  return count < 0 ? null : batchOf(length, count);
}

/** Puts a log file there and scans it. */
export function scanInKernel(bytes: Buffer): RecordBatch | null {
  if (bytes.length > BYTES_MAX) return null;
  MEMORY.set(bytes, LOG);
  return scanLog(bytes.length);
}

/**
 * Finds the records that stand one behind the other at the start of some bytes of a log file.
 * @returns those that are complete, valid until the next call, and how many bytes they take; null where there are none,
 * because the first one goes on behind the bytes or is not as CloudTrail writes it
 */
export function scanRecordsInKernel(
  bytes: Buffer,
): { readonly batch: RecordBatch; readonly length: number } | null {
  if (bytes.length > BYTES_MAX) return null;
  MEMORY.set(bytes, LOG);
  const count = kernel.scanRecords(bytes.length);
  if (count === 0) return null;
  return { batch: batchOf(bytes.length, count), length: kernel.recordsEnd() };
}

function batchOf(length: number, count: number): RecordBatch {
  batch.bytes = logBytes(length);
  batch.count = count;
  readOddFields();
  return batch;
}

/**
 * Puts a record that another scanner found into the kernel's memory, in place of the batch there.
 * @returns where its spans lie
 */
export function moveIntoKernel({ bytes, spans }: RecordBatch, index: number): number {
  const from = index * STRIDE;
  const [start, end] = [spans[from], spans[from + 1]];
  MEMORY.set(bytes.subarray(start, end), LOG);
  for (let i = 0; i < STRIDE; i++) {
    const value = spans[from + i];
    // Neither what is absent nor the bits between the record's span and the first slot is a position.
    SPANS[i] = value < 0 || i === 2 || i === 3 ? value : value - start;
  }
  return SPANS.byteOffset;
}

/** Where a record's spans lie. */
export function spansInKernel(index: number): number {
  return SPANS.byteOffset + index * STRIDE * Int32Array.BYTES_PER_ELEMENT;
}

function readOddFields(): void {
  batch.hasDottedNames = false;
  if (batch.odd.size > 0) batch.odd.clear();
  const numbers = kernel.oddFields() * ODD_NUMBERS;
  for (let i = 0; i < numbers; i += ODD_NUMBERS) {
    const name = nameAt(ODD[i + 1], ODD[i + 2]);
    const field = { name, start: ODD[i + 3], end: ODD[i + 4] };
    const fields = batch.odd.get(ODD[i]);
    if (fields === undefined) batch.odd.set(ODD[i], [field]);
    else fields.push(field);
    if (name.includes(".")) batch.hasDottedNames = true;
  }
}

/** The name that was read last, and its bytes: events of one service lack the same fields. */
let lastName = "";
let lastNameBytes = Buffer.alloc(0);

function nameAt(start: number, end: number): string {
  const { bytes } = batch;
  let same = end - start === lastNameBytes.length ? start : end + 1;
  while (same < end && bytes[same] === lastNameBytes[same - start]) same++;
  if (same !== end) {
    lastName = cutUtf8(bytes, start, end);
    lastNameBytes = Buffer.from(bytes.subarray(start, end));
  }
  return lastName;
}
