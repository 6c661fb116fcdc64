import { assert, assertEquals } from "@std/assert";
import { widthOf } from "./cell_width.ts";
import { TableFormatter } from "./format_table.ts";

Deno.test("TableFormatter lines numbers up at the right and leaves nulls empty", () => {
  const table = new TableFormatter(["name", "count"], 80);
  const text = table.rows([["Get", 12n], [null, 7], ["", null]]) + table.end();
  assertEquals(text, "name  count\n────  ─────\nGet      12\n          7\n\n(3 rows)\n");
});

Deno.test("TableFormatter takes width from the widest columns first", () => {
  const table = new TableFormatter(["a", "b"], 30);
  const text = table.rows([["short", "x".repeat(100)]]) + table.end();
  assertEquals(text.split("\n")[2], `short  ${"x".repeat(22)}…`);
});

Deno.test("TableFormatter lists each row when columns cannot stand side by side", () => {
  const names = Array.from({ length: 20 }, (_, i) => `column_${i}`);
  const table = new TableFormatter(names, 40);
  const row = names.map((_, i) => i === 3 ? "日本".repeat(50) : `value ${i} of some length`);
  const lines = (table.rows([row, row]) + table.end()).split("\n");
  assertEquals(lines[0], "── row 1 ──");
  assertEquals(lines[1], "column_0   value 0 of some length");
  assertEquals(lines.length, 2 * 21 + 2);
  assert(lines.every((line) => widthOf(line) <= 40));
});

Deno.test("TableFormatter cuts later rows to the widths of the first thousand", () => {
  const table = new TableFormatter(["a"], 80);
  const first = table.rows(Array.from({ length: 1000 }, () => ["1234"]));
  assertEquals(first.split("\n").length, 1003);
  assertEquals(table.rows([["123456789"]]), "123…\n");
  assertEquals(table.end(), "(1001 rows)\n");
});

Deno.test("TableFormatter of no rows is a head", () => {
  assertEquals(new TableFormatter(["a", "bc"], 80).end(), "a  bc\n─  ──\n(0 rows)\n");
});
