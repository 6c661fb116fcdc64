import { assertEquals } from "@std/assert";
import { columnOfValues } from "./byte_column.ts";
import { EVENT_COLUMNS } from "./columns.ts";
import { KeyTable } from "./key_table.ts";
import { seeded } from "./testing.ts";

const [TIME, ID] = EVENT_COLUMNS;

/** Adds rows, the first half of them before the second. */
function add(table: KeyTable, rows: readonly (readonly [number, string])[]): void {
  const half = rows.length >> 1;
  for (const list of [rows.slice(0, half), rows.slice(half)]) {
    // They lie in another order than they are picked in.
    const [times, ids] = [
      columnOfValues(TIME, list.map(([timeMs]) => timeMs).reverse()),
      columnOfValues(ID, list.map(([, id]) => id).reverse()),
    ];
    const picked = Uint32Array.from(list, (_, i) => list.length - 1 - i);
    table.addTimes(times, picked);
    table.addIds(ids, picked);
  }
}

function tableOf(rows: readonly (readonly [number, string])[]): KeyTable {
  const table = new KeyTable(rows.length);
  add(table, rows);
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

Deno.test("KeyTable.addIds() continues where it stopped, with ids of any length", () => {
  const table = new KeyTable(4);
  add(table, [[3, "é".repeat(5000)]]);
  add(table, []);
  add(table, [[2, ""], [1, "x"], [0, "é".repeat(5000)]]);
  assertEquals(table.sharedIds(0, 4), [[0, 3]]);
  assertEquals([...table.timesMs], [3, 2, 1, 0]);
});

Deno.test("KeyTable.sorted() orders as compare() does, instants far apart and equal rows too", () => {
  const random = seeded();
  for (const spanMs of [1, 3_600_000, 2 ** 40]) {
    const rows = Array.from({ length: 500 }, () => {
      const timeMs = Math.floor(random() * spanMs / 1000) * 1000 - 5000;
      return [timeMs, `id${Math.floor(random() * 50)}`] as const;
    });
    const table = tableOf(rows);
    const some = Uint32Array.from(rows.keys()).filter(() => random() < 0.8);
    for (const direction of [1, -1]) {
      const byRow = (a: number, b: number) => direction * (a - b);
      const wanted = some.slice().sort((a, b) => table.compare(a, b) || byRow(a, b));
      assertEquals(table.sorted(some, byRow), wanted);
      assertEquals(table.sorted(wanted, byRow), wanted);
    }
  }
});

Deno.test("KeyTable.finder() finds an id's first row by its bytes", () => {
  const table = tableOf([[0, "a"], [0, "b"], [0, "a"], [0, ""]]);
  const find = table.finder();
  const ids = columnOfValues(ID, ["a", "b", "x", "", "ab"]);
  assertEquals(Array.from(ids.codes, (code) => find(ids, code)), [0, 1, -1, 3, -1]);
});
