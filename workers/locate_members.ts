import { Buffer } from "node:buffer";
import { findMembers } from "./members.ts";
import type { RecordBatch } from "./record_batch.ts";
import { RECORD_MEMBERS, RECORD_SLOTS, SLOT } from "./record_fields.ts";

/** Members that are looked for in one object. */
interface Place {
  /** The slot of the object. */
  readonly object: number;
  readonly names: readonly Uint8Array[];
  readonly slots: readonly number[];
  readonly spans: Int32Array;
}

const PLACES: readonly Place[] = [
  ...Map.groupBy(RECORD_MEMBERS, (path) => path.slice(0, path.lastIndexOf("."))),
].map(([object, paths]) => ({
  object: RECORD_SLOTS.indexOf(object as (typeof RECORD_SLOTS)[number]),
  names: paths.map((path) => Buffer.from(path.slice(object.length + 1))),
  slots: paths.map((path) => SLOT[path]),
  spans: new Int32Array(paths.length * 2),
}));

/** Finds the members of a record whose fields were found, and notes them in its batch. */
export function locateMembers(batch: RecordBatch, index: number): void {
  const { bytes } = batch;
  for (const { object, names, slots, spans } of PLACES) {
    const start = batch.slotStart(index, object);
    if (start < 0 || bytes[start] !== 0x7b) continue;
    findMembers(bytes, start, names, spans);
    for (let i = 0; i < slots.length; i++) {
      if (spans[2 * i] < 0) continue;
      const [from, to] = [spans[2 * i], spans[2 * i + 1]];
      const isEscaped = bytes[from] === 0x22 && bytes.subarray(from, to).includes(0x5c);
      batch.setSlot(index, slots[i], from, to, isEscaped);
    }
  }
}
