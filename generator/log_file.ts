import type { Prng } from "./prng.ts";
import { type Session, type Template, writeEvent } from "./template.ts";

const OPENING = new TextEncoder().encode('{"Records":[');
const CLOSING = new TextEncoder().encode("]}");
const COMMA = 44;

/** Collects the records of one log file after another in one buffer that grows to the largest. */
export class LogFileWriter {
  #buffer = new Uint8Array(1 << 20);
  #end = 0;
  /** Where each record starts and, one behind it, ends. */
  readonly #bounds: number[] = [];

  /** Records so far. */
  get count(): number {
    return this.#bounds.length / 2;
  }

  /** Begins a new file. */
  start(): void {
    this.#buffer.set(OPENING);
    this.#end = OPENING.length;
    this.#bounds.length = 0;
  }

  /** Appends an event made from a template. */
  addEvent(
    template: Template,
    event: { readonly at: number; readonly session: Session; readonly prng: Prng },
  ): void {
    const start = this.#open(template.bytes.length);
    this.#close(start, writeEvent(this.#buffer, start, template, event));
  }

  /** Appends a record that is ready. */
  addRecord(bytes: Uint8Array): void {
    const start = this.#open(bytes.length);
    this.#buffer.set(bytes, start);
    this.#close(start, start + bytes.length);
  }

  /** Copies of up to `limit` records in a row, from the one at `first`. */
  copyRecords(first: number, limit: number): readonly Uint8Array[] {
    const copies: Uint8Array[] = [];
    for (let index = first; index < Math.min(first + limit, this.count); index++) {
      copies.push(this.#buffer.slice(this.#bounds[index * 2], this.#bounds[index * 2 + 1]));
    }
    return copies;
  }

  /** Ends the file. @returns its bytes, good until the next is started */
  finish(): Uint8Array<ArrayBuffer> {
    this.#reserve(CLOSING.length);
    this.#buffer.set(CLOSING, this.#end);
    return this.#buffer.subarray(0, this.#end + CLOSING.length);
  }

  #open(length: number): number {
    this.#reserve(length + 1);
    if (this.#bounds.length > 0) this.#buffer[this.#end++] = COMMA;
    return this.#end;
  }

  #close(start: number, end: number): void {
    this.#bounds.push(start, end);
    this.#end = end;
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#end + length));
    larger.set(this.#buffer.subarray(0, this.#end));
    this.#buffer = larger;
  }
}
