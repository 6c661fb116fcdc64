import { assertEquals, assertThrows } from "@std/assert";
import { hybridBytesMax, readHybrid, writeHybrid } from "./rle_hybrid.ts";
import { seeded } from "./testing.ts";

/** Values of so many bits, in runs of random lengths and alone. */
function randomValues(count: number, width: number, random: () => number): Int32Array {
  const values = new Int32Array(count);
  for (let i = 0; i < count;) {
    const value = Math.floor(random() * 2 ** width);
    const end = i + 1 + Math.floor(random() ** 4 * 40);
    for (; i < Math.min(end, count); i++) values[i] = value;
    i = Math.min(end, count);
  }
  return values;
}

Deno.test("writeHybrid() writes what readHybrid() reads, of any width and number", () => {
  const random = seeded();
  for (let width = 0; width <= 24; width++) {
    for (const count of [0, 1, 7, 8, 9, 63, 500]) {
      const values = randomValues(count, width, random);
      const out = new Uint8Array(hybridBytesMax(count, width) + 3);
      const end = writeHybrid(values, count, width, out, 3);
      const read = new Int32Array(count);
      readHybrid(out.subarray(3, end), width, count, read);
      assertEquals(read, values);
    }
  }
});

Deno.test("readHybrid() reads the specification's example", () => {
  const read = new Int32Array(8);
  // Encodings.md of apache/parquet-format: 0 to 7 of three bits.
  readHybrid(Uint8Array.of(3, 0b10001000, 0b11000110, 0b11111010), 3, 8, read);
  assertEquals([...read], [0, 1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("readHybrid() refuses bytes that end before their values, and runs of none", () => {
  const random = seeded();
  const values = randomValues(300, 5, random);
  const out = new Uint8Array(hybridBytesMax(300, 5));
  const end = writeHybrid(values, 300, 5, out, 0);
  const read = new Int32Array(300);
  assertThrows(() => readHybrid(out.subarray(0, end >> 1), 5, 300, read), Error, "ends before");
  assertThrows(() => readHybrid(Uint8Array.of(0, 0, 0), 5, 300, read), Error, "run of no values");
  assertThrows(() => readHybrid(new Uint8Array(), 5, 300, read), Error, "ends before");
  assertThrows(() => readHybrid(new Uint8Array(9).fill(0xff), 5, 300, read), Error, "ends before");
});
