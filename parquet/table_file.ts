import type { AsyncBuffer } from "hyparquet";
import { TrailsieveError } from "../core/errors.ts";

/** A Parquet file in memory, or one of which ranges can be read. */
export type TableFile = Uint8Array | {
  readonly byteLength: number;
  slice(start: number, end: number): Uint8Array | Promise<Uint8Array>;
};

/** The file as hyparquet takes it. */
export function asyncBuffer(file: TableFile): AsyncBuffer {
  return {
    byteLength: file.byteLength,
    slice(start, end = file.byteLength) {
      const bytes = file.slice(start, end);
      return bytes instanceof Uint8Array ? wholeBuffer(bytes) : bytes.then(wholeBuffer);
    },
  };
}

function wholeBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  const own = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return own ? buffer : new Uint8Array(bytes).buffer;
}

/** Runs a reading; what hyparquet throws becomes TrailsieveError `corrupt`. */
export async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof TrailsieveError) throw cause;
    throw new TrailsieveError(
      "corrupt",
      `Cannot read a Parquet file: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}
