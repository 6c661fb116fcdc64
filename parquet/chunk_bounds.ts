import type { ColumnMetaData } from "hyparquet";
import { int64At, type PlainValues } from "./byte_column.ts";
import type { Column } from "./columns.ts";
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
        this.#min = bytes.slice(start, end);
      }
      if (max === null || compareBytes(bytes, start, end, max, 0, max.length) > 0) {
        this.#max = bytes.slice(start, end);
      }
    } else if (this.#type !== "json") this.#addNumber(int64At(view, start));
  }

  addBool(value: boolean): void {
    this.#addNumber(value ? 1 : 0);
  }

  /** As a chunk's metadata has them. */
  statistics(nulls: number): ColumnMetaData["statistics"] {
    if (this.#type === "json") return { null_count: BigInt(nulls) };
    const isNumber = this.#type !== "string";
    const value = (bytes: Uint8Array | null, number: number) => {
      if (!isNumber) return bytes ?? undefined;
      if (!Number.isFinite(number)) return undefined;
      return this.#type === "bool" ? number === 1 : BigInt(number);
    };
    return {
      null_count: BigInt(nulls),
      min_value: value(this.#min, this.#minNumber),
      max_value: value(this.#max, this.#maxNumber),
    };
  }

  #addNumber(value: number): void {
    if (value < this.#minNumber) this.#minNumber = value;
    if (value > this.#maxNumber) this.#maxNumber = value;
  }
}
