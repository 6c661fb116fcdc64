import { assertEquals, assertThrows } from "@std/assert";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { seeded } from "./testing.ts";
import { compress, decompress } from "./zstd.ts";

Deno.test("compress() and decompress() agree with node:zlib, one call after the other", () => {
  const random = seeded();
  for (let round = 0; round < 200; round++) {
    const size = Math.floor(random() ** 4 * (round === 0 ? 9_000_000 : 300_000)) + 2;
    const few = Math.floor(random() * 250) + 1;
    const bytes = Uint8Array.from({ length: size }, () => Math.floor(random() * few));
    const packed = compress(bytes).slice();
    assertEquals(new Uint8Array(zstdDecompressSync(packed)), bytes);
    assertEquals(decompress(packed, size), bytes);
    // Of a frame that was written in pieces too.
    assertEquals(decompress(new Uint8Array(zstdCompressSync(bytes)), size), bytes);
    for (const wrong of [size - 1, size + 1]) {
      assertThrows(() => decompress(packed, wrong), Error);
    }
  }
});

Deno.test("decompress() refuses damaged bytes, and is none the worse for it", () => {
  const random = seeded();
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 91);
  const packed = compress(bytes).slice();
  let refused = 0;
  for (let round = 0; round < 500; round++) {
    const damaged = packed.slice(0, 1 + Math.floor(random() * packed.length));
    damaged[Math.floor(random() * damaged.length)] ^= 1 << Math.floor(random() * 8);
    try {
      assertEquals(decompress(damaged, bytes.length).length, bytes.length);
    } catch (error) {
      assertEquals((error as Error).constructor, Error);
      refused++;
    }
    assertEquals(decompress(packed, bytes.length), bytes);
  }
  assertEquals(refused > 250, true, `${refused} of 500`);
});
