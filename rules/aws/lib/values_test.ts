import { assertEquals } from "@std/assert";
import type { EventView } from "trailsieve/rule";
import { asFlag, asList, asText, asTexts, readNumber } from "./values.ts";

Deno.test("asList() reads each shape that CloudTrail uses for a list", () => {
  assertEquals(asList(["a", "b"]), ["a", "b"]);
  assertEquals(asList({ items: ["a"] }), ["a"]);
  assertEquals(asList({ items: { items: "a" } }), ["a"]);
  assertEquals(asList("a"), ["a"]);
  assertEquals(asList({ cidrIp: "10.0.0.0/8" }), [{ cidrIp: "10.0.0.0/8" }]);
});

Deno.test("asList() takes absent, null and empty for no elements", () => {
  for (const value of [undefined, null, {}, [], { items: null }]) assertEquals(asList(value), []);
});

Deno.test("asTexts() leaves out what is no text", () => {
  assertEquals(asTexts(["a", 7, null, true, ["b"], {}]), ["a", "7"]);
});

Deno.test("asText() and asFlag() accept one spelling of each type", () => {
  assertEquals([asText("x"), asText(5), asText(true), asText(null)], [
    "x",
    "5",
    undefined,
    undefined,
  ]);
  assertEquals([asFlag(true), asFlag("True"), asFlag("false")], [true, true, false]);
  assertEquals([asFlag(0), asFlag("no"), asFlag(undefined)], [undefined, undefined, undefined]);
});

Deno.test("readNumber() reads numbers and their text, and nothing else", () => {
  const read = (value: unknown) => readNumber({ get: () => value } satisfies EventView, "any");
  assertEquals([read(14), read("14"), read("0")], [14, 14, 0]);
  assertEquals([read(""), read(" "), read("many"), read(null)], Array(4).fill(undefined));
});
