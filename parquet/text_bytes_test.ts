import { assert, assertEquals, assertThrows } from "@std/assert";
import { seeded } from "./testing.ts";
import { isMostlyDistinct, textBytes } from "./text_bytes.ts";

Deno.test("textBytes() encodes each text as TextEncoder does, among any others", () => {
  const random = seeded();
  const texts = [
    "",
    "a",
    "\u0000",
    "é",
    "\u{1F600}",
    "\ud83d",
    "\ude00",
    "\uFEFF",
    "x".repeat(999),
    null,
  ];
  // Halves of a surrogate pair must not join where two texts meet.
  for (const share of [1, 0.01, 0]) {
    const values = Array.from(
      { length: 2000 },
      () => random() < share ? texts[Math.floor(random() * texts.length)] : "ascii",
    );
    const encoder = new TextEncoder();
    assertEquals(
      textBytes(values).map((bytes) => bytes && [...bytes]),
      values.map((value) => value === null ? null : [...encoder.encode(value)]),
    );
  }
  assertEquals(textBytes([]), []);
  assertEquals(textBytes([undefined]), [null]);
});

Deno.test("textBytes() refuses what is no text", () => {
  for (const value of [1, true, {}, ["a"]]) assertThrows(() => textBytes([value]), TypeError);
});

Deno.test("isMostlyDistinct() looks at the values that are there", () => {
  const count = 10_000;
  const make = (value: (i: number) => unknown) => Array.from({ length: count }, (_, i) => value(i));
  assert(isMostlyDistinct(make((i) => `v${i}`)));
  assert(isMostlyDistinct(make((i) => i % 3 === 0 ? `v${i}` : null)));
  assert(!isMostlyDistinct(make((i) => `v${i % 50}`)));
  // Each value a few times, far apart or together, and a tenth of the values half of the time.
  assert(!isMostlyDistinct(make((i) => `v${i % 2500}`)));
  assert(!isMostlyDistinct(make((i) => `v${i >> 2}`)));
  assert(isMostlyDistinct(make((i) => i % 3 === 0 ? `s${i % 50}` : `v${i}`)));
  assert(!isMostlyDistinct(make((i) => i % 3 !== 0 ? `s${i % 50}` : `v${i}`)));
  assert(!isMostlyDistinct(make(() => null)));
  assert(!isMostlyDistinct([]));
});
