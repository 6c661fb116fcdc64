import { assert, assertEquals } from "@std/assert";
import { dictionaryOf } from "./dictionary.ts";

const HALF = 1 / 2;

function make(count: number, value: (i: number) => string): string[] {
  return Array.from({ length: count }, (_, i) => value(i));
}

Deno.test("dictionaryOf() names each value by its place among the distinct ones", () => {
  const values = ["b", "b", "", "b", "a", "", "a", "a"];
  const dictionary = dictionaryOf(values, HALF)!;
  assertEquals(dictionary.entries, ["b", "", "a"]);
  assertEquals([...dictionary.indexes], [0, 0, 1, 0, 2, 1, 2, 2]);
});

Deno.test("dictionaryOf() gives none where more values are distinct than the share", () => {
  for (const count of [10, 10_000]) {
    assert(dictionaryOf(make(count, (i) => `v${i}`), HALF) === null);
    assert(dictionaryOf(make(count, (i) => i % 3 === 0 ? "same" : `v${i}`), HALF) === null);
    assert(dictionaryOf(make(count, (i) => `v${i % 5}`), HALF) !== null);
  }
  assert(dictionaryOf(make(100, (i) => `v${i % 20}`), 1 / 16) === null);
});

Deno.test("dictionaryOf() finds values that repeat far apart, or together alone", () => {
  const count = 20_000;
  assert(dictionaryOf(make(count, (i) => `v${i % (count / 4)}`), HALF) !== null);
  assert(dictionaryOf(make(count, (i) => `v${i >> 2}`), HALF) !== null);
  assert(dictionaryOf(make(count, (i) => i % 3 !== 0 ? `s${i % 50}` : `v${i}`), HALF) !== null);
});
