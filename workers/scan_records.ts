/**
 * One pass over the bytes of a log file finds each record and the span of each of its top-level fields.
 * Everything is checked to be JSON (RFC 8259) on the way, nothing is turned into values. The scanner works
 * on a window, so that a file larger than memory should hold passes through it in pieces.
 */
import { Buffer } from "node:buffer";
import { LIMITS } from "../core/limits.ts";
import { cutUtf8 } from "./cut_text.ts";
import { JsonSkipper, MORE, ScanError } from "./json_skipper.ts";
import { scanRecordsInKernel } from "./kernel_scan.ts";
import { locateMembers } from "./locate_members.ts";
import { ESCAPES, HEAD, type OddField, RecordBatch, STRIDE } from "./record_batch.ts";
import { RECORD_FIELDS } from "./record_fields.ts";

export { ScanError } from "./json_skipper.ts";
export { type OddField, RecordBatch } from "./record_batch.ts";

const NO_BYTES = Buffer.alloc(0);

const enum Phase {
  BeforeRoot,
  FirstKey,
  Key,
  Value,
  AfterValue,
  FirstRecord,
  Record,
  AfterRecord,
  AfterRoot,
}

const FIELD_BY_NAME = new Map<string, number>(RECORD_FIELDS.map((name, index) => [name, index]));
const FIELD_BYTES = RECORD_FIELDS.map((name) => Buffer.from(name));
const FIELDS_BY_LENGTH: number[][] = [];
FIELD_BYTES.forEach((bytes, index) => (FIELDS_BY_LENGTH[bytes.length] ??= []).push(index));
const RECORDS_KEY = "Records";

/** A file that is scanned as a whole has more records than are held at a time: scan it in pieces. */
export class TooManyRecords extends Error {
  override readonly name = "TooManyRecords";
}

/** Records of a file that is scanned as a whole: their spans take 300 bytes each, and a record may have two. */
const WHOLE_RECORDS_MAX = 100_000;

/** Scans one log file, whole or in pieces. */
export class RecordScanner extends JsonSkipper {
  readonly #batch = new RecordBatch();
  #phase = Phase.BeforeRoot;
  #rootKeyIsRecords = false;
  #recordsSeen = 0;
  #isWhole = false;
  /** Bytes of the window at which scanning goes on; below twice a piece that did not suffice it waits. */
  #waitFor = 0;
  /** Where pieces of a file gather; larger when a record does not fit. */
  #windowBytes = new ArrayBuffer(0);
  #window: Buffer = Buffer.from(this.#windowBytes);
  /** Bytes of the window that are in use. */
  #windowEnd = 0;
  /** Bytes at the window's start that are done with. */
  #windowDone = 0;
  /** CloudTrail writes its fields in one order: the field that followed last time is tried first. */
  readonly #next = new Int32Array(RECORD_FIELDS.length + 1);
  #nameStart = 0;
  #nameEnd = 0;
  #nameEscaped = false;

  /**
   * How often a `Records` list began so far: in a document with two, the last counts, as for `JSON.parse`.
   */
  get recordsSeen(): number {
    return this.#recordsSeen;
  }

  /** Bytes that are held of a record that is not complete. */
  get heldBytes(): number {
    return this.#windowEnd - this.#windowDone;
  }

  /**
   * Takes the next bytes of the file and gives the records that are complete now. Throws ScanError where the
   * file is no JSON; with `final` also where it ends too early or has no list `Records`. Throws TooManyRecords where a
   * whole file has so many that it must come in pieces.
   */
  push(chunk: Buffer, final: boolean): RecordBatch {
    const batch = this.#batch;
    batch.count = 0;
    batch.odd.clear();
    batch.hasDottedNames = false;
    // A window that grows is moved: what the batch before pointed to is gone.
    batch.bytes = NO_BYTES;
    const isWhole = this.#isWhole = final && this.offset === 0 &&
      this.#windowEnd === this.#windowDone;
    if (!isWhole) this.#gather(chunk);
    const gathered = this.#windowEnd - this.#windowDone;
    if (!final && gathered < this.#waitFor) return batch;
    this.bytes = isWhole ? chunk : this.#window.subarray(this.#windowDone, this.#windowEnd);
    this.end = this.bytes.length;
    this.final = final;
    batch.bytes = this.bytes;
    if (!final) {
      const found = this.#scanInKernel();
      if (found !== null) return found;
    }
    const kept = this.#scan(batch);
    batch.spaced = this.spaced;
    this.offset += kept;
    this.#windowDone += kept;
    // A record that did not fit is looked at again when half as much more of it is there.
    this.#waitFor = Math.ceil((this.end - kept) * 1.5);
    return batch;
  }

  /** Of a file in pieces the kernel finds the records, as long as they are plain. */
  #scanInKernel(): RecordBatch | null {
    const isBehindRecord = this.#phase === Phase.AfterRecord && this.bytes[0] === 0x2c;
    if (!isBehindRecord && this.#phase !== Phase.Record) return null;
    const comma = isBehindRecord ? 1 : 0;
    const found = scanRecordsInKernel(this.bytes.subarray(comma));
    if (found === null) return null;
    const passed = found.length + comma;
    this.#phase = Phase.AfterRecord;
    this.offset += passed;
    this.#windowDone += passed;
    this.#waitFor = 0;
    return found.batch;
  }

  /** Appends a piece to the window, over what is done with. */
  #gather(chunk: Buffer): void {
    const rest = this.#windowEnd - this.#windowDone;
    const needed = rest + chunk.length;
    this.#window.copyWithin(0, this.#windowDone, this.#windowEnd);
    if (needed > this.#window.length) {
      this.#growWindow(needed);
    }
    chunk.copy(this.#window, rest);
    this.#windowDone = 0;
    this.#windowEnd = needed;
  }

  #growWindow(needed: number): void {
    const old = this.#windowBytes;
    // A large record gets room for any at once: growing further would hold it twice, and memory that nothing was
    // written to is none.
    this.#windowBytes = new ArrayBuffer(
      needed < LIMITS.largeRecordBytes
        ? Math.ceil(needed * 1.25)
        : Math.max(needed, LIMITS.objectInflatedBytesMax),
    );
    new Uint8Array(this.#windowBytes).set(new Uint8Array(old));
    // Frees the old bytes now; they would pile up until the next collection.
    old.transfer(0);
    this.#window = Buffer.from(this.#windowBytes);
  }

  /** Runs until the window or the file ends. @returns the position from which bytes are needed again. */
  #scan(batch: RecordBatch): number {
    let p = 0;
    while (true) {
      p = this.skipSpace(p);
      if (p >= this.end) {
        if (!this.final) return p;
        if (this.#phase === Phase.AfterRoot && this.#recordsSeen > 0) return p;
        if (this.#phase === Phase.AfterRoot) throw new ScanError("no list `Records`");
        throw this.unexpected(p);
      }
      const byte = this.bytes[p];
      switch (this.#phase) {
        case Phase.BeforeRoot: {
          if (byte === 0xef && this.offset === 0 && p === 0) { // A byte order mark.
            if (this.end < 3 && !this.final) return p;
            if (this.bytes[1] !== 0xbb || this.bytes[2] !== 0xbf) throw this.unexpected(p);
            p = 3;
            break;
          }
          if (byte !== 0x7b) {
            // A document that is no object is still JSON, and is named as what it is.
            const end = this.skipValue(p);
            if (end === MORE) return p;
            this.#phase = Phase.AfterRoot;
            p = end;
            break;
          }
          p++;
          this.#phase = Phase.FirstKey;
          break;
        }
        case Phase.FirstKey:
          if (byte === 0x7d) {
            p++;
            this.#phase = Phase.AfterRoot;
            break;
          }
          this.#phase = Phase.Key;
          break;
        case Phase.Key: {
          const end = this.#readName(p);
          if (end === MORE) return p;
          this.#rootKeyIsRecords = this.#nameText() === RECORDS_KEY;
          p = end;
          this.#phase = Phase.Value;
          break;
        }
        case Phase.Value: {
          if (this.#rootKeyIsRecords && byte === 0x5b) {
            p++;
            this.#recordsSeen++;
            batch.count = 0;
            batch.odd.clear();
            this.#phase = Phase.FirstRecord;
            break;
          }
          const end = this.skipValue(p);
          if (end === MORE) return p;
          if (this.#rootKeyIsRecords) throw new ScanError("no list `Records`: it is another type");
          p = end;
          this.#phase = Phase.AfterValue;
          break;
        }
        case Phase.AfterValue:
          if (byte === 0x2c) this.#phase = Phase.Key;
          else if (byte === 0x7d) this.#phase = Phase.AfterRoot;
          else throw this.unexpected(p);
          p++;
          break;
        case Phase.FirstRecord:
          if (byte === 0x5d) {
            p++;
            this.#phase = Phase.AfterValue;
            break;
          }
          this.#phase = Phase.Record;
          break;
        case Phase.Record: {
          const end = this.#readRecord(batch, p);
          if (end === MORE) return p;
          p = end;
          this.#phase = Phase.AfterRecord;
          break;
        }
        case Phase.AfterRecord:
          if (byte === 0x2c) this.#phase = Phase.Record;
          else if (byte === 0x5d) this.#phase = Phase.AfterValue;
          else throw this.unexpected(p);
          p++;
          break;
        case Phase.AfterRoot:
          throw this.unexpected(p);
        default:
          this.#phase satisfies never;
      }
    }
  }

  #readRecord(batch: RecordBatch, start: number): number {
    if (this.#isWhole && batch.count === WHOLE_RECORDS_MAX) throw new TooManyRecords();
    const base = batch.count * STRIDE;
    if (base + STRIDE > batch.spans.length) {
      const larger = new Int32Array(batch.spans.length * 2);
      larger.set(batch.spans);
      batch.spans = larger;
    }
    const spans = batch.spans;
    spans.fill(0, base + ESCAPES, base + HEAD);
    spans.fill(-1, base + HEAD, base + STRIDE);
    spans[base] = start;
    if (this.bytes[start] !== 0x7b) {
      const end = this.skipValue(start);
      if (end === MORE) return MORE;
      spans[base + 1] = end;
      batch.count++;
      return end;
    }
    let odd: OddField[] | null = null;
    let previous: number = RECORD_FIELDS.length;
    let p = this.skipSpace(start + 1);
    if (p >= this.end) return this.more(p);
    if (this.bytes[p] === 0x7d) p++;
    else {
      while (true) {
        p = this.#readName(p);
        if (p === MORE) return MORE;
        const field = this.#fieldOf(previous);
        p = this.skipSpace(p);
        const valueStart = p;
        p = this.skipValue(p);
        if (p === MORE) return MORE;
        if (field < 0) {
          const name = this.#nameText();
          (odd ??= []).push({ name, start: valueStart, end: p });
          if (name.includes(".")) batch.hasDottedNames = true;
        } else {
          const slot = base + HEAD + field * 2;
          if (spans[slot] >= 0) {
            (odd ??= []).push({
              name: RECORD_FIELDS[field],
              start: spans[slot],
              end: spans[slot + 1],
            });
          }
          const isEscaped = this.bytes[valueStart] === 0x22 && this.stringEscaped;
          batch.setSlot(batch.count, field, valueStart, p, isEscaped);
          this.#next[previous] = field;
          previous = field;
        }
        p = this.#nextName(p);
        if (p === MORE) return MORE;
        if (this.bytes[p] === 0x7d) {
          p++;
          break;
        }
      }
    }
    spans[base + 1] = p;
    if (odd !== null) batch.odd.set(batch.count, odd);
    locateMembers(batch, batch.count);
    batch.count++;
    return p;
  }

  /** Goes on behind a member's value. @returns the position of the next name, or of the brace that ends all. */
  #nextName(start: number): number {
    let p = this.skipSpace(start);
    if (p >= this.end) return this.more(p);
    if (this.bytes[p] === 0x7d) return p;
    if (this.bytes[p] !== 0x2c) throw this.unexpected(p);
    p = this.skipSpace(p + 1);
    if (p >= this.end) return this.more(p);
    if (this.bytes[p] !== 0x22) throw this.unexpected(p);
    return p;
  }

  /** The field whose name was read last, -1 if it is none of ours. */
  #fieldOf(previous: number): number {
    if (this.#nameEscaped) return FIELD_BY_NAME.get(this.#nameText()) ?? -1;
    const guess = this.#next[previous];
    if (this.#nameIs(FIELD_BYTES[guess])) return guess;
    const candidates = FIELDS_BY_LENGTH[this.#nameEnd - this.#nameStart];
    if (candidates === undefined) return -1;
    for (const candidate of candidates) {
      if (this.#nameIs(FIELD_BYTES[candidate])) return candidate;
    }
    return -1;
  }

  #nameIs(name: Uint8Array): boolean {
    const length = name.length;
    if (this.#nameEnd - this.#nameStart !== length) return false;
    const bytes = this.bytes;
    const start = this.#nameStart;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== name[i]) return false;
    return true;
  }

  #nameText(): string {
    const text = cutUtf8(this.bytes, this.#nameStart, this.#nameEnd);
    return this.#nameEscaped ? JSON.parse(`"${text}"`) : text;
  }

  /** Reads a name and the colon behind it. @returns the position behind the colon. */
  #readName(start: number): number {
    if (this.bytes[start] !== 0x22) throw this.unexpected(start);
    const end = this.skipString(start);
    if (end === MORE) return MORE;
    this.#nameStart = start + 1;
    this.#nameEnd = end - 1;
    this.#nameEscaped = this.stringEscaped;
    const colon = this.skipSpace(end);
    if (colon >= this.end) return this.more(colon);
    if (this.bytes[colon] !== 0x3a) throw this.unexpected(colon);
    return colon + 1;
  }
}
