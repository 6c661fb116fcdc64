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
  readonly #held = new Map<number, Uint8Array>();
  #heldBytes = 0;

  constructor(read: ReadRange) {
    this.#read = read;
  }

  /** The file at a place of the message. */
  file(place: number, { byteLength }: RemoteFile): RangedFile {
    if (byteLength > LIMITS.wholeReadBytesMax) {
      return { byteLength, slice: (start, end) => this.#read(place, start, end - start) };
    }
    return {
      byteLength,
      slice: async (start, end) => (await this.#whole(place, byteLength)).subarray(start, end),
    };
  }

  async #whole(place: number, byteLength: number): Promise<Uint8Array> {
    const bytes = this.#held.get(place) ?? await this.#read(place, 0, byteLength);
    if (!this.#held.delete(place)) this.#heldBytes += bytes.length;
    this.#held.set(place, bytes);
    for (const [oldest, { length }] of this.#held) {
      if (this.#heldBytes <= LIMITS.wholeReadsHeldBytes) break;
      this.#held.delete(oldest);
      this.#heldBytes -= length;
    }
    return bytes;
  }
}
