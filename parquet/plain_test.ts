import { assertEquals } from "@std/assert";
import { ByteBuffer } from "./byte_buffer.ts";
import { appendPlainInt64s, appendPlainTexts, plainPageEnd } from "./plain.ts";
import { seeded } from "./testing.ts";

const encoder = new TextEncoder();

/** Four bytes of length and the text, one by one. */
function plain(texts: readonly string[]): number[] {
  return texts.flatMap((text) => {
    const bytes = encoder.encode(text);
    return [...new Uint8Array(Uint32Array.of(bytes.length).buffer), ...bytes];
  });
}

Deno.test("appendPlainTexts() encodes each text as TextEncoder does, among any others", () => {
  const random = seeded();
  const odd = [
    "",
    "\u0000",
    "é",
    "\u{1F600}",
    "\ud83d",
    "\ude00",
    "\uFEFF",
    "x".repeat(127),
    "x".repeat(128),
  ];
  // Halves of a surrogate pair must not join where two texts meet.
  for (const share of [1, 0.01, 0]) {
    const texts = Array.from(
      { length: 1500 },
      () => random() < share ? odd[Math.floor(random() * odd.length)] : "ascii",
    );
    const out = new ByteBuffer(16);
    appendPlainTexts(out, texts, 3, texts.length - 2);
    assertEquals([...out.finish()], plain(texts.slice(3, -2)));
  }
});

Deno.test("appendPlainTexts() takes long texts, and such as are UTF-8 already", () => {
  const long = `${"é".repeat(70_000)}\ud800`;
  const out = new ByteBuffer(16);
  appendPlainTexts(out, ["a", encoder.encode("ü"), long, new Uint8Array(0)], 0, 4);
  assertEquals(out.length, 4 * 4 + 1 + 2 + 140_003);
  assertEquals([...out.bytes.subarray(0, 11)], plain(["a", "ü"]));
});

Deno.test("plainPageEnd() ends a page before it is too large, but never before its first text", () => {
  const texts = ["aaaa", "bbbb", "c".repeat(100), "d", ""];
  assertEquals(plainPageEnd(texts, 0, 16), 2);
  assertEquals(plainPageEnd(texts, 0, 15), 1);
  assertEquals(plainPageEnd(texts, 2, 16), 3);
  assertEquals(plainPageEnd(texts, 3, 16), 5);
});

Deno.test("appendPlainInt64s() writes whole numbers as BigInt64Array does", () => {
  const values = [
    0,
    1,
    -1,
    2 ** 31,
    -(2 ** 31),
    2 ** 32 - 1,
    -(2 ** 32),
    2 ** 53,
    -(2 ** 53),
    1.7e12,
  ];
  const out = new ByteBuffer(16);
  appendPlainInt64s(out, values);
  assertEquals([...new BigInt64Array(out.finish().buffer)], values.map(BigInt));
});
