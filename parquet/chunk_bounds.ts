import type { Statistics } from "hyparquet";
import { int64At, type PlainValues } from "./byte_column.ts";
import type { Column } from "./columns.ts";
import { DECIDING_BYTES } from "./text_bounds.ts";
import { compareBytes } from "./value_table.ts";

/** The least and greatest value of a chunk, by which readers leave row groups out. */
export class ChunkBounds {
  readonly #type: Column["type"];
  #min: Uint8Array | null = null;
  #max: Uint8Array | null = null;
  #minNumber = Infinity;
  #maxNumber = -Infinity;

  constructor({ type }: Column) {
    this.#type = type;
  }

  /** Counts a column's value in. Bounds of JSON text prune nothing, and comparing long texts is dear. */
  add({ bytes, view, starts, gap }: PlainValues, code: number): void {
    const start = starts[code];
    if (this.#type === "string") {
      const end = starts[code + 1] - gap;
      const [min, max] = [this.#min, this.#max];
      if (min === null || compareBytes(bytes, start, end, min, 0, min.length) < 0) {
        this.#min = bytes.slice(start, Math.min(end, start + DECIDING_BYTES));
      }
      if (max === null || compareBytes(bytes, start, end, max, 0, max.length) > 0) {
        this.#max = bytes.slice(start, Math.min(end, start + DECIDING_BYTES));
      }
    } else if (this.#type !== "json") this.#addNumber(int64At(view, start));
  }

  addBool(value: boolean): void {
    this.#addNumber(value ? 1 : 0);
  }

  /** As a chunk's metadata has them; none of JSON. */
  statistics(): Pick<Statistics, "min_value" | "max_value"> {
    if (this.#type === "string") {
      return { min_value: this.#min ?? undefined, max_value: this.#max ?? undefined };
    }
    if (this.#minNumber > this.#maxNumber) return {};
    const value = (number: number) => this.#type === "bool" ? number === 1 : BigInt(number);
    return { min_value: value(this.#minNumber), max_value: value(this.#maxNumber) };
  }

  #addNumber(value: number): void {
    if (value < this.#minNumber) this.#minNumber = value;
    if (value > this.#maxNumber) this.#maxNumber = value;
  }
}
