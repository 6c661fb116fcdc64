import {
  DuckDBBlobValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBUnionValue,
} from "@duckdb/node-api";
import { assertEquals } from "@std/assert";
import { CsvFormatter, JsonFormatter } from "./format_lines.ts";

Deno.test("CsvFormatter takes the edge off every start of a formula, in headers too", () => {
  const starts = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"];
  for (const start of starts) {
    const csv = new CsvFormatter([`${start}1`]);
    const [, field] = csv.rows([[`${start}cmd`]]).match(/"?'([^']*)'/s) ?? [];
    assertEquals(field?.startsWith(`${start}1`), true, JSON.stringify(start));
  }
  const csv = new CsvFormatter(["a"]);
  assertEquals(csv.rows([[-1], [-2n], ["a=1"], ["'x"]]), "a\n-1\n-2\na=1\n'x\n");
});

Deno.test("CsvFormatter takes the edge off formulas in bytes and unions, and leaves numbers alone", () => {
  const csv = new CsvFormatter(["a"]);
  const bytes = new DuckDBBlobValue(new TextEncoder().encode("-1+cmd"));
  const numbers = [new DuckDBDecimalValue(-35n, 5, 1), new DuckDBIntervalValue(0, -2, 0n)];
  const rows = [bytes, new DuckDBUnionValue("t", "=cmd"), ...numbers].map((value) => [value]);
  assertEquals(csv.rows(rows), "a\n'-1+cmd\n'=cmd\n-3.5\n-2 days\n");
});

Deno.test("CsvFormatter quotes what needs it and tells null from empty", () => {
  const csv = new CsvFormatter(["a,b", "c"]);
  assertEquals(
    csv.rows([['say "x"', null], ["", "two\nlines"]]),
    '"a,b",c\n"say ""x""",\n"","two\nlines"\n',
  );
  assertEquals(csv.end(), "");
});

Deno.test("CsvFormatter of no rows is a header, JsonFormatter of none is nothing", () => {
  assertEquals(new CsvFormatter(["a"]).end(), "a\n");
  assertEquals(new JsonFormatter(["a"]).end(), "");
});

Deno.test("JsonFormatter writes one object a line, control characters escaped", () => {
  const json = new JsonFormatter(["a", "b"]);
  assertEquals(
    json.rows([["\u001b\n", 0.5], [null, NaN]]),
    '{"a":"\\u001b\\n","b":0.5}\n{"a":null,"b":"NaN"}\n',
  );
});
