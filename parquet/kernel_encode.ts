import { kernel, MEMORY } from "../kernel/mod.ts";
import { type ByteColumn, byteColumn, gapOf } from "./byte_column.ts";
import { ChunkWriter, indexBits } from "./chunk_writer.ts";
import { ZSTD } from "./codec.ts";
import type { Column } from "./columns.ts";
import type { EncodedColumn } from "./encode_column.ts";
import { isInKernel } from "./kernel_room.ts";
import { SAMPLED_VALUES, sampleSays } from "./row_numbers.ts";
import { DECIDING_BYTES, TextBounds } from "./text_bounds.ts";

const [ROWS, CODES, INDEXES] = [kernel.rows(), kernel.codes(), kernel.indexes()].map((at) =>
  new Int32Array(MEMORY.buffer, at, kernel.rowsMax())
);
const STARTS = new Uint32Array(MEMORY.buffer, kernel.starts(), kernel.rowsMax() + 1);
const VALUES = kernel.values();
const PAGE = kernel.page();
const VIEW = new DataView(MEMORY.buffer);
/** What levels of all rows take at most, and what the kernel may write behind its bytes. */
const PAGE_BYTES_MAX = kernel.pageEnd() - PAGE - kernel.rowsMax() - 64;
const DISTINCT_MAX = 0x7fffffff;

/** Whether `encodeInKernel` can take some rows of a column. */
export function fitsKernel(
  column: Column,
  { codes, starts, bytes }: ByteColumn,
  rows: Uint32Array,
) {
  return rows.length > 0 && rows.length <= kernel.rowsMax() && isInKernel(codes) &&
    (column.type === "bool" ||
      (isInKernel(starts) && isInKernel(bytes) && starts.length <= kernel.knownMax()));
}

/**
 * Does what `encodeColumn` does, to the byte, for a column in the kernel's memory.
 * @param pageBytes at which a page ends
 * @returns null where distinct values or a page do not fit
 */
export function encodeInKernel(
  column: Column,
  source: ByteColumn,
  rows: Uint32Array,
  { isKept, pageBytes }: { readonly isKept: boolean; readonly pageBytes: number },
): EncodedColumn | null {
  const rowCount = rows.length;
  const nulls = pick(source, rows);
  const present = rowCount - nulls;
  const chunk = new ChunkWriter(column, { rowCount, levels: null }, ZSTD);
  const writeLevels = (from: number, to: number) =>
    column.required ? PAGE : kernel.writeLevels(from, to, nulls === 0 ? 1 : 0, PAGE);
  const made = (levelsEnd: number, end: number) => (
    { bytes: MEMORY.subarray(PAGE, end), levelBytes: levelsEnd - PAGE }
  );
  if (column.type === "bool" && present > 0) {
    const found = kernel.pickBits(rowCount);
    const at = writeLevels(0, rowCount);
    const end = kernel.writeHybrid(kernel.indexes(), present, 1, at + 4);
    VIEW.setUint32(at, end - at - 4, true);
    chunk.writeMadeBits(present, made(at, end));
    return {
      chunk: chunk.finish({ min_value: found === 2, max_value: found !== 1 }),
      column: null,
    };
  }
  const gap = gapOf(column);
  const bounds = new KernelBounds(column);
  const distinct = present === 0
    ? NOT_NUMBERED
    : countDistinct(source, { rowCount, present, gap, isKept });
  if (distinct === null) return null;
  const { count, isDictionary } = distinct;
  const kept = isKept && column.type !== "bool" ? keptColumn(rowCount, gap, count) : null;
  if (isDictionary) {
    const entries = MEMORY.subarray(VALUES, VALUES + kernel.numberedBytes());
    bounds.add(VALUES, VALUES + entries.length);
    const at = writeLevels(0, rowCount);
    MEMORY[at] = indexBits(count);
    const end = kernel.writeHybrid(kernel.indexes(), present, indexBits(count), at + 1);
    chunk.writeMadeDictionary(count, entries, present, made(at, end));
    return { chunk: chunk.finish(bounds.statistics()), column: kept };
  }
  const [starts, bytes] = [source.starts.byteOffset, source.bytes.byteOffset];
  for (let from = 0; from < rowCount;) {
    const to = present === 0 ? rowCount : kernel.endOfPage(from, rowCount, starts, pageBytes);
    const valueCount = present === 0 ? 0 : kernel.valuesOfPage();
    if (present > 0 && kernel.bytesOfPage() > PAGE_BYTES_MAX) return null;
    const at = writeLevels(from, to);
    const end = present === 0 ? at : kernel.writeValues(from, to, starts, bytes, gap, at);
    bounds.add(at, end);
    const isLast = to === rowCount;
    chunk.writeMadePage({ rowStart: from, rowEnd: to, valueCount, isLast }, made(at, end));
    from = to;
  }
  return { chunk: chunk.finish(bounds.statistics()), column: kept };
}

/** Does what `pickColumn` does, for a column in the kernel's memory. @returns null where distinct values do not fit */
export function pickInKernel(
  column: Column,
  source: ByteColumn,
  rows: Uint32Array,
): ByteColumn | null {
  pick(source, rows);
  const count = number(source, rows.length, gapOf(column), DISTINCT_MAX);
  return count < 0 ? null : keptColumn(rows.length, gapOf(column), count);
}

/** Puts the rows' numbers of values into place. @returns how many are null */
function pick({ codes }: ByteColumn, rows: Uint32Array): number {
  ROWS.set(rows);
  return kernel.pickCodes(codes.byteOffset, rows.length);
}

interface Rows {
  readonly rowCount: number;
  readonly present: number;
  readonly gap: 0 | 4;
  readonly isKept: boolean;
}

/** Numbers the distinct values where a dictionary may pay, or they are kept. @returns null where they do not fit */
function countDistinct(source: ByteColumn, { rowCount, present, gap, isKept }: Rows) {
  const isLikely = source.areDistinct || rowCount <= SAMPLED_VALUES
    ? null
    : sampled(source, rowCount, gap);
  const distinctMax = isLikely === false ? 0 : isLikely ? DISTINCT_MAX : Math.floor(present / 2);
  if (distinctMax === 0 && !isKept) return NOT_NUMBERED;
  const count = number(source, rowCount, gap, isKept ? DISTINCT_MAX : distinctMax);
  if (count === NO_ROOM) return null;
  return { count, isDictionary: count >= 0 && count <= distinctMax };
}

const NO_ROOM = -2;
const NOT_NUMBERED = { count: 0, isDictionary: false };

function number(source: ByteColumn, rowCount: number, gap: number, distinctMax: number): number {
  const { starts, bytes, areDistinct = false } = source;
  return kernel.numberValues(
    rowCount,
    starts.byteOffset,
    bytes.byteOffset,
    gap,
    starts.length,
    areDistinct ? 1 : 0,
    distinctMax,
  );
}

function sampled({ starts, bytes }: ByteColumn, rowCount: number, gap: number): boolean | null {
  const count = kernel.sampleCodes(rowCount);
  if (count === 0) return true;
  return sampleSays(
    kernel.distinctInSample(count, starts.byteOffset, bytes.byteOffset, gap) / count,
  );
}

/** The rows as a column of their own: what was numbered leaves the kernel. */
function keptColumn(rowCount: number, gap: 0 | 4, count: number): ByteColumn {
  const codes = new Int32Array(rowCount);
  let next = 0;
  for (let i = 0; i < rowCount; i++) codes[i] = CODES[i] < 0 ? -1 : INDEXES[next++];
  const bytes = MEMORY.slice(VALUES, VALUES + (count === 0 ? 0 : kernel.numberedBytes()));
  const starts = count === 0 ? Uint32Array.of(gap) : STARTS.slice(0, count + 1);
  return byteColumn({ codes, bytes, starts, gap });
}

/** The least and greatest value of pages in the kernel. */
class KernelBounds {
  readonly #type: Column["type"];
  readonly #texts = new TextBounds();
  #min: bigint | undefined;
  #max: bigint | undefined;

  constructor({ type }: Column) {
    this.#type = type;
  }

  /** Looks at plain values between two places. Bounds of JSON text prune nothing. */
  add(from: number, end: number): void {
    if (from === end || this.#type === "json" || this.#type === "bool") return;
    if (this.#type === "string") {
      kernel.findTextBounds(from, end, DECIDING_BYTES);
      for (const at of [kernel.leastText(), kernel.greatestText()]) {
        const length = at + VIEW.getUint32(at - 4, true);
        this.#texts.add({ bytes: MEMORY, view: VIEW, length }, at - 4);
      }
      return;
    }
    kernel.findNumberBounds(from, end);
    const [min, max] = [kernel.leastNumber(), kernel.greatestNumber()];
    if (this.#min === undefined || min < this.#min) this.#min = min;
    if (this.#max === undefined || max > this.#max) this.#max = max;
  }

  statistics() {
    if (this.#type === "string") return this.#texts.bounds;
    return this.#min === undefined ? {} : { min_value: this.#min, max_value: this.#max };
  }
}
