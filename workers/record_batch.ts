import { Buffer } from "node:buffer";
import { RECORD_FIELDS } from "./record_fields.ts";

/** An odd field: its name is none of ours, or it occurs a second time. Offsets into the batch's bytes. */
export interface OddField {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Two numbers a field, start and end, in the order of RECORD_FIELDS; start is -1 where the field is absent. */
const SLOTS = RECORD_FIELDS.length * 2;
/** Before the fields: start and end of the record, then of its `userIdentity.type`, -1 where there is none. */
export const HEAD = 4;
export const IDENTITY_TYPE = 2;
/** Numbers a record. */
export const STRIDE = HEAD + SLOTS;

/** Records whose spans were found, in the order of the file. Valid until the scanner's next `push`. */
export class RecordBatch {
  bytes: Buffer = Buffer.alloc(0);
  count = 0;
  /** Whether any byte is white space outside a string: if not, every span is compact JSON already. */
  spaced = false;
  spans = new Int32Array(STRIDE * 64);
  readonly odd = new Map<number, OddField[]>();
  /** Whether any record has a top-level name with a dot in it, as none of CloudTrail's own has. */
  hasDottedNames = false;

  start(index: number): number {
    return this.spans[index * STRIDE];
  }
  end(index: number): number {
    return this.spans[index * STRIDE + 1];
  }
  /** Where the field's value starts, -1 if it is absent. */
  fieldStart(index: number, field: number): number {
    return this.spans[index * STRIDE + HEAD + field * 2];
  }
  fieldEnd(index: number, field: number): number {
    return this.spans[index * STRIDE + HEAD + field * 2 + 1];
  }
  /** Where the value of `type` in an object `userIdentity` starts, -1 if there is none. */
  identityTypeStart(index: number): number {
    return this.spans[index * STRIDE + IDENTITY_TYPE];
  }
  identityTypeEnd(index: number): number {
    return this.spans[index * STRIDE + IDENTITY_TYPE + 1];
  }
  /** Whether the record is an object at all. */
  isObject(index: number): boolean {
    return this.bytes[this.start(index)] === 0x7b;
  }
}
