import { Buffer, isAscii } from "node:buffer";
import { RECORD_SLOTS, SLOT } from "./record_fields.ts";

/** An odd field: its name is none of ours, or it occurs a second time. Offsets into the batch's bytes. */
export interface OddField {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Before the slots: start and end of the record, then a bit for each slot that holds a string with escapes. */
export const HEAD = 4;
export const ESCAPES = 2;
/** Numbers a record: the head, then two for each slot, start and end of its value; start is -1 where there is none. */
export const STRIDE: number = HEAD + RECORD_SLOTS.length * 2;

const IDENTITY_TYPE = SLOT["userIdentity.type"];

/** Records whose spans were found, in the order of the file. Valid until the scanner's next `push`. */
export class RecordBatch {
  bytes: Buffer = Buffer.alloc(0);
  count = 0;
  /** Whether any byte is white space outside a string: if not, every span is compact JSON already. */
  spaced = false;
  spans: Int32Array = new Int32Array(STRIDE * 64);
  readonly odd = new Map<number, OddField[]>();
  /** Whether any record has a top-level name with a dot in it, as none of CloudTrail's own has. */
  hasDottedNames = false;
  /** Whether bytes and spans lie in the kernel's memory. */
  isInKernel = false;
  /** Whether all of the bytes are ASCII. */
  get isAscii(): boolean {
    return isAscii(this.bytes);
  }

  start(index: number): number {
    return this.spans[index * STRIDE];
  }
  end(index: number): number {
    return this.spans[index * STRIDE + 1];
  }
  /** Where a slot's value starts, -1 if it is absent. */
  slotStart(index: number, slot: number): number {
    return this.spans[index * STRIDE + HEAD + slot * 2];
  }
  slotEnd(index: number, slot: number): number {
    return this.spans[index * STRIDE + HEAD + slot * 2 + 1];
  }
  /** Notes where a slot's value lies. @param isEscaped whether it is a string that holds an escape */
  setSlot(index: number, slot: number, start: number, end: number, isEscaped: boolean): void {
    const at = index * STRIDE;
    this.spans[at + HEAD + slot * 2] = start;
    this.spans[at + HEAD + slot * 2 + 1] = end;
    const word = at + ESCAPES + (slot >> 5);
    const bit = 1 << (slot & 31);
    if (isEscaped) this.spans[word] |= bit;
    else this.spans[word] &= ~bit;
  }
  /** Whether a slot's value is a string that holds an escape. */
  isEscaped(index: number, slot: number): boolean {
    return (this.spans[index * STRIDE + ESCAPES + (slot >> 5)] & (1 << (slot & 31))) !== 0;
  }
  /** Where the value of `type` in an object `userIdentity` starts, -1 if there is none. */
  identityTypeStart(index: number): number {
    return this.slotStart(index, IDENTITY_TYPE);
  }
  identityTypeEnd(index: number): number {
    return this.slotEnd(index, IDENTITY_TYPE);
  }
  /** Whether the record is an object at all. */
  isObject(index: number): boolean {
    return this.bytes[this.start(index)] === 0x7b;
  }
}
