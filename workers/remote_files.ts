import { LIMITS } from "../core/limits.ts";
import type { RemoteFile } from "./compact_protocol.ts";

/** Reads a range of a remote file. */
export type ReadRange = (file: number, offset: number, length: number) => Promise<Uint8Array>;

/** A file as Parquet's reader takes it. */
export interface RangedFile {
  readonly byteLength: number;
  slice(start: number, end: number): Promise<Uint8Array>;
}

/**
 * Remote files of one merge. A small one is fetched as a whole when it is first needed, and held as long as others do
 * not need the room: a part has a range for each column of each row group, each of which would be a request.
 */
export class RemoteFiles {
  readonly #read: ReadRange;
  /** In the order of their last use. */
  readonly #held = new Map<
    number,
    { readonly bytes: Promise<Uint8Array>; readonly size: number }
  >();
  #heldBytes = 0;
  #reading = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(read: ReadRange) {
    this.#read = read;
  }

  /** The file at a place of the message. */
  file(place: number, { byteLength }: RemoteFile): RangedFile {
    if (byteLength > LIMITS.wholeReadBytesMax) {
      return {
        byteLength,
        slice: (start, end) => this.#readInTurn(place, start, end - start),
      };
    }
    return {
      byteLength,
      slice: async (start, end) => (await this.#whole(place, byteLength)).subarray(start, end),
    };
  }

  /** Whoever asks while the file is being fetched waits for the same fetch. */
  #whole(place: number, size: number): Promise<Uint8Array> {
    const known = this.#held.get(place);
    const bytes = known?.bytes ?? this.#readInTurn(place, 0, size);
    if (known === undefined) {
      this.#heldBytes += size;
      bytes.catch(() => this.#letGo(place));
    } else this.#held.delete(place);
    this.#held.set(place, { bytes, size });
    for (const oldest of this.#held.keys()) {
      if (this.#heldBytes <= LIMITS.wholeReadsHeldBytes) break;
      this.#letGo(oldest);
    }
    return bytes;
  }

  #letGo(place: number): void {
    const held = this.#held.get(place);
    if (held === undefined) return;
    this.#held.delete(place);
    this.#heldBytes -= held.size;
  }

  async #readInTurn(file: number, offset: number, length: number): Promise<Uint8Array> {
    if (this.#reading >= LIMITS.mergeReadConcurrency) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#reading++;
    try {
      return await this.#read(file, offset, length);
    } finally {
      // The place goes to who waits longest, or is free.
      const next = this.#waiting.shift();
      if (next === undefined) this.#reading--;
      else next();
    }
  }
}
