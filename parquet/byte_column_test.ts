import { assertEquals, assertThrows } from "@std/assert";
import { columnOfValues } from "./byte_column.ts";
import type { Column } from "./columns.ts";

Deno.test("columnOfValues() refuses values that are not of the column's type", () => {
  const column = (type: Column["type"]): Column => ({
    name: "c",
    type,
    required: false,
    field: null,
  });
  // As a reader gives them whose file says that a column is JSON, or holds lists.
  for (const value of [{ length: -500 }, [1], true, 7n, undefined]) {
    assertThrows(() => columnOfValues(column("json"), ["a", value, null]), TypeError);
  }
  assertThrows(() => columnOfValues(column("timestamp"), [1, "text"]), TypeError);
  const { starts, codes } = columnOfValues(column("json"), ["a", null, Uint8Array.of(98, 99), "é"]);
  assertEquals([[...starts], [...codes]], [[4, 9, 15, 21], [0, -1, 1, 2]]);
});
