import type { ByteBuffer } from "./byte_buffer.ts";

/** Types of Thrift's compact protocol ("Thrift Compact protocol encoding", apache/thrift). */
const TYPE = { true: 1, false: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

const encoder = new TextEncoder();

/** Writes structs in Thrift's compact protocol, which Parquet's headers and footer are in. Fields go by rising id. */
export class ThriftWriter {
  readonly #out: ByteBuffer;
  #lastId = 0;

  constructor(out: ByteBuffer) {
    this.#out = out;
  }

  /** A 32-bit number, or an enum's. */
  i32(id: number, value: number): void {
    this.#field(id, TYPE.i32);
    this.#zigzag(value);
  }

  /** A 64-bit number within 2^52. */
  i64(id: number, value: number | bigint): void {
    this.#field(id, TYPE.i64);
    this.#zigzag(Number(value));
  }

  bool(id: number, value: boolean): void {
    this.#field(id, value ? TYPE.true : TYPE.false);
  }

  binary(id: number, value: string | Uint8Array): void {
    this.#field(id, TYPE.binary);
    this.#bytes(value);
  }

  struct(id: number, write: () => void): void {
    this.#field(id, TYPE.struct);
    this.root(write);
  }

  i32List(id: number, values: readonly number[]): void {
    this.#list(id, TYPE.i32, values.length);
    for (const value of values) this.#zigzag(value);
  }

  binaryList(id: number, values: readonly string[]): void {
    this.#list(id, TYPE.binary, values.length);
    for (const value of values) this.#bytes(value);
  }

  structList<T>(id: number, values: readonly T[], write: (value: T) => void): void {
    this.#list(id, TYPE.struct, values.length);
    for (const value of values) this.root(() => write(value));
  }

  /** A struct that is no field of another. */
  root(write: () => void): void {
    const lastId = this.#lastId;
    this.#lastId = 0;
    write();
    this.#out.appendByte(0);
    this.#lastId = lastId;
  }

  /** Parquet's ids lie so close that each fits into the byte of its type, as the distance to the one before. */
  #field(id: number, type: number): void {
    const distance = id - this.#lastId;
    if (distance < 1 || distance > 15) throw new RangeError(`Cannot write field ${id} there`);
    this.#out.appendByte(distance << 4 | type);
    this.#lastId = id;
  }

  #list(id: number, elementType: number, count: number): void {
    this.#field(id, TYPE.list);
    if (count < 15) this.#out.appendByte(count << 4 | elementType);
    else {
      this.#out.appendByte(0xf0 | elementType);
      this.#out.appendVarint(count);
    }
  }

  #zigzag(value: number): void {
    this.#out.appendVarint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  #bytes(value: string | Uint8Array): void {
    const bytes = typeof value === "string" ? encoder.encode(value) : value;
    this.#out.appendVarint(bytes.length);
    this.#out.append(bytes);
  }
}
