import { ByteBuffer } from "./byte_buffer.ts";
import { type Codec, UNCOMPRESSED } from "./codec.ts";
import { type DataPage, dataPageHeader, dictionaryPageHeader } from "./page_header.ts";

/**
 * Writes a chunk's pages, one chunk after the other: what is appended to `page` becomes the next one. Its buffers
 * serve for all chunks, since new ones for each would be garbage twice the chunk's size.
 */
export class PageWriter {
  /** The page under way, uncompressed. */
  readonly page = new ByteBuffer();
  readonly #out = new ByteBuffer();
  #codec: Codec = UNCOMPRESSED;
  #uncompressedBytes = 0;

  /** Begins a chunk; what is in `page` already belongs to it. */
  begin(codec: Codec): void {
    this.#codec = codec;
    this.#uncompressedBytes = 0;
    this.#out.clear();
  }

  /** Bytes of the chunk so far. */
  get byteLength(): number {
    return this.#out.length;
  }

  /** The same, had nothing been compressed. */
  get uncompressedBytes(): number {
    return this.#uncompressedBytes;
  }

  /** Writes the page, or one that was made elsewhere, as the chunk's dictionary, PLAIN. */
  writeDictionary(values: number, made: Uint8Array = this.#ownPage): void {
    this.#write(made, 0, (sizes) => dictionaryPageHeader({ values, ...sizes }));
  }

  /** Writes a page of data: `levelBytes` of levels, which are not compressed, then values. */
  writeData(
    page: Pick<DataPage, "values" | "nulls" | "encoding" | "levelBytes">,
    made: Uint8Array,
  ): void {
    this.#write(made, page.levelBytes, (sizes) => dataPageHeader({ ...page, ...sizes }));
  }

  /** The chunk's bytes, which are the caller's. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#out.take();
  }

  /** Lets go of what was not written. */
  clear(): void {
    this.page.clear();
    this.#out.clear();
  }

  get #ownPage(): Uint8Array {
    return this.page.bytes.subarray(0, this.page.length);
  }

  #write(
    made: Uint8Array,
    plainBytes: number,
    headerOf: (sizes: Pick<DataPage, "uncompressedBytes" | "compressedBytes">) => Uint8Array,
  ): void {
    const { length } = made;
    const compressed = this.#codec.compress(made.subarray(plainBytes));
    const header = headerOf({
      uncompressedBytes: length,
      compressedBytes: plainBytes + compressed.length,
    });
    this.#uncompressedBytes += header.length + length;
    this.#out.append(header);
    this.#out.append(made.subarray(0, plainBytes));
    // Frees a large page before its compressed bytes are there twice.
    if (this.#codec !== UNCOMPRESSED) this.page.clear();
    this.#out.append(compressed);
    this.page.clear();
  }
}
