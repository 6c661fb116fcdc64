import { assertEquals } from "@std/assert";
import { KeyTable } from "./key_table.ts";
import { seeded } from "./testing.ts";

function tableOf(rows: readonly (readonly [number, string])[]): KeyTable {
  const table = new KeyTable(rows.length);
  table.add(rows.map(([timeMs]) => timeMs), rows.map(([, id]) => id));
  return table;
}

Deno.test("KeyTable.compare() orders by time, then by the id's UTF-8 bytes", () => {
  const sorted = [
    [-5, "z"],
    [0, ""],
    [0, "a"],
    [0, "ab"],
    [0, "\uFFFD"],
    [0, "\u{1F600}"],
    [1, "a"],
  ] as const;
  const table = tableOf(sorted);
  for (const a of sorted.keys()) {
    for (const b of sorted.keys()) assertEquals(Math.sign(table.compare(a, b)), Math.sign(a - b));
  }
});

Deno.test("KeyTable.sharedIds() finds what a map finds, within its bounds", () => {
  const random = seeded();
  const rows = Array.from({ length: 3000 }, () => [0, `id${Math.floor(random() * 2000)}`] as const);
  const table = tableOf(rows);
  for (const [from, to] of [[0, 3000], [100, 2500], [7, 7], [0, 1]]) {
    const byId = Map.groupBy(
      Array.from({ length: to - from }, (_, i) => from + i),
      (row) => rows[row][1],
    );
    const wanted = [...byId.values()].filter((group) => group.length > 1);
    const byFirst = (a: number[], b: number[]) => a[0] - b[0];
    assertEquals(table.sharedIds(from, to).sort(byFirst), wanted.sort(byFirst));
  }
});

Deno.test("KeyTable.add() continues where it stopped, with ids of any length", () => {
  const table = new KeyTable(4);
  table.add([3], ["é".repeat(5000)]);
  table.add([], []);
  table.add([2, 1, 0], ["", "x", "é".repeat(5000)]);
  assertEquals(table.sharedIds(0, 4), [[0, 3]]);
  assertEquals([...table.timesMs], [3, 2, 1, 0]);
});
