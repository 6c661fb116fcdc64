import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { hashText, Prng, WeightedChoice } from "./prng.ts";

Deno.test("Prng gives the same numbers for the same seed and label", () => {
  const draw = (prng: Prng) => Array.from({ length: 5 }, () => prng.next32());
  assertEquals(draw(new Prng(7, "a")), draw(new Prng(7, "a")));
  assertNotEquals(draw(new Prng(7, "a")), draw(new Prng(8, "a")));
  assertNotEquals(draw(new Prng(7, "a")), draw(new Prng(7, "b")));
});

Deno.test("Prng takes seeds beyond 32 bits and below zero", () => {
  assertNotEquals(new Prng(1, "a").next32(), new Prng(1 + 2 ** 32, "a").next32());
  assertNotEquals(new Prng(1, "a").next32(), new Prng(-1, "a").next32());
});

Deno.test("Prng.below() and between() keep to their bounds and reach them", () => {
  const prng = new Prng(1, "bounds");
  const below = new Set<number>();
  const between = new Set<number>();
  for (let draw = 0; draw < 1000; draw++) {
    below.add(prng.below(6));
    between.add(prng.between(-2, 2));
  }
  assertEquals([...below].sort(), [0, 1, 2, 3, 4, 5]);
  assertEquals([...between].sort((a, b) => a - b), [-2, -1, 0, 1, 2]);
});

Deno.test("Prng.chance() is never true for 0 and always for 1000", () => {
  const prng = new Prng(1, "chance");
  for (let draw = 0; draw < 1000; draw++) {
    assert(!prng.chance(0));
    assert(prng.chance(1000));
  }
});

Deno.test("WeightedChoice.draw() follows the weights and never takes a weight of zero", () => {
  const prng = new Prng(1, "weights");
  const choice = new WeightedChoice([1, 0, 3]);
  const counts = [0, 0, 0];
  for (let draw = 0; draw < 40_000; draw++) counts[choice.draw(prng)]++;
  assertEquals(counts[1], 0);
  assert(counts[2] / counts[0] > 2.8 && counts[2] / counts[0] < 3.2, `drawn ${counts}`);
});

Deno.test("hashText() tells apart texts of the same letters", () => {
  assertNotEquals(hashText("ab"), hashText("ba"));
  assertEquals(hashText(""), 0x811c9dc5);
});
