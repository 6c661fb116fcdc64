import { assertEquals } from "@std/assert";
import { batches, cleanText, errorText } from "./columns.ts";

Deno.test("cleanText() replaces NUL and nothing else", () => {
  assertEquals(cleanText("a\0b\0"), "a\uFFFDb\uFFFD");
  assertEquals(cleanText("\u0001 ü\\u0000"), "\u0001 ü\\u0000");
});

Deno.test("errorText() cuts a long sentence", () => {
  assertEquals(errorText("x".repeat(5000)).length, 1001);
  assertEquals(errorText("short\0"), "short\uFFFD");
});

Deno.test("batches() cuts at 1,000 rows and keeps every row", () => {
  const rows = Array.from({ length: 2500 }, (_, i) => i);
  assertEquals([...batches(rows)].map((batch) => batch.length), [1000, 1000, 500]);
  assertEquals([...batches(rows)].flat(), rows);
  assertEquals([...batches([])], []);
});

Deno.test("batches() cuts at 1 MB of text, but never to nothing", () => {
  const texts = ["x".repeat(9_000_000), "y", "z".repeat(1_048_575), "ab", "c"];
  assertEquals([...batches(texts, (text) => text)].map((batch) => batch.length), [1, 2, 2]);
});
