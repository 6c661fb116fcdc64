import type { Column } from "./columns.ts";
import type { Text } from "./plain.ts";

/** Up to here every whole number is exact. */
const INTEGER_MAX = 2 ** 53;

/** A column's values with the nulls apart. */
export interface PresentValues {
  /** All rows, nulls included. */
  readonly rowCount: number;
  /** The values that are there, in their order. */
  readonly values: readonly unknown[];
  /** For each row 1 if it has a value, else 0; null if all have one. */
  readonly levels: Int32Array | null;
}

/** Sets nulls apart. Throws TypeError where there is one in a column that has none. */
export function presentValues(column: Column, values: readonly unknown[]): PresentValues {
  const rowCount = values.length;
  let nullCount = 0;
  for (let i = 0; i < rowCount; i++) if (isAbsent(values[i])) nullCount++;
  if (nullCount === 0) return { rowCount, values, levels: null };
  if (column.required) {
    throw new TypeError(`Cannot encode ${column.name}: a value is null, and none may be`);
  }
  const levels = new Int32Array(rowCount);
  const present: unknown[] = [];
  if (nullCount < rowCount) {
    for (let i = 0; i < rowCount; i++) {
      if (isAbsent(values[i])) continue;
      levels[i] = 1;
      present.push(values[i]);
    }
  }
  return { rowCount, values: present, levels };
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined;
}

/** The values as texts. Throws TypeError where one is none. */
export function textsOf(column: Column, values: readonly unknown[]): readonly Text[] {
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== "string" && !(values[i] instanceof Uint8Array)) {
      throw refusal(column, values[i]);
    }
  }
  return values as readonly Text[];
}

/** The values as whole numbers. Throws TypeError where one is none within 2^53. */
export function integersOf(column: Column, values: readonly unknown[]): readonly number[] {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isInteger(value) || Math.abs(value as number) > INTEGER_MAX) {
      throw refusal(column, value);
    }
  }
  return values as readonly number[];
}

/** The values as 1 for true and 0 for false. Throws TypeError where one is no boolean. */
export function bitsOf(column: Column, values: readonly unknown[]): Int32Array {
  const bits = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== "boolean") throw refusal(column, value);
    bits[i] = value ? 1 : 0;
  }
  return bits;
}

function refusal({ name, type }: Column, value: unknown): TypeError {
  const found = typeof value === "number" ? String(value) : typeof value;
  return new TypeError(`Cannot encode ${name}: a value is ${found}, not of type ${type}`);
}
