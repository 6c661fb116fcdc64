import { Buffer } from "node:buffer";
import { cutUtf8 } from "./cut_text.ts";

/**
 * What is looked for among an object's members, by name. Names are compared as bytes: an object may have any number
 * of members, and no text is made of those that nobody looks for.
 */
export class MemberNames<T> {
  readonly #byName: ReadonlyMap<string, T>;
  readonly #entries: readonly { readonly name: Buffer; readonly value: T }[];

  constructor(entries: readonly (readonly [name: string, value: T])[]) {
    this.#byName = new Map(entries);
    this.#entries = entries.map(([name, value]) => ({ name: Buffer.from(name), value }));
  }

  /** What belongs to the name at the span, which leaves out its quotes; undefined if nobody looks for it. */
  find(bytes: Buffer, start: number, end: number): T | undefined {
    for (const { name, value } of this.#entries) {
      if (name.length === end - start && isAt(name, bytes, start)) return value;
    }
    for (let p = start; p < end; p++) {
      if (bytes[p] === 0x5c) return this.#byName.get(JSON.parse(`"${cutUtf8(bytes, start, end)}"`));
    }
    return undefined;
  }
}

function isAt(name: Buffer, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}
