import { assertEquals } from "@std/assert";
import { cutToWidth, visibleText, widthOf } from "./cell_width.ts";

Deno.test("visibleText() escapes what steers a terminal and nothing else", () => {
  assertEquals(
    visibleText("\u001b[2J\u0007\u009b\u202ea\u2066b\n\t"),
    "\\u001b[2J\\u0007\\u009b\\u202ea\\u2066b\\n\\t",
  );
  assertEquals(visibleText("é 日本 😀 \\u001b"), "é 日本 😀 \\u001b");
});

Deno.test("widthOf() counts columns, not units", () => {
  const samples = [["", 0], ["abc", 3], ["é", 1], ["e\u0301", 1], ["日本", 4], ["😀", 2]] as const;
  for (const [text, width] of samples) assertEquals(widthOf(text), width, text);
});

Deno.test("cutToWidth() never exceeds the width and splits no character", () => {
  assertEquals(cutToWidth("abcdef", 6), "abcdef");
  assertEquals(cutToWidth("abcdef", 5), "abcd…");
  assertEquals(cutToWidth("日本語", 5), "日本…");
  assertEquals(cutToWidth("日本語", 4), "日…");
  assertEquals(cutToWidth("😀😀", 3), "😀…");
  assertEquals(widthOf(cutToWidth("x".repeat(1e6), 40)), 40);
});
