import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DuckDBTimestampTZValue } from "@duckdb/node-api";
import { TrailsieveError } from "../core/errors.ts";
import {
  bindParameters,
  findNamedQuery,
  listNamedQueries,
  parseNamedQuery,
} from "./named_query.ts";

const TEXT = `-- title: Who?
-- answers: One line
-- answers: and another.
-- param: bucket text required | its name
-- param: who text any | an ARN
-- param: key text any | an id
-- param: since time -infinity | from then on
-- param: limit number 10 | rows
SELECT 1 -- param: not this one
`;
const QUERY = parseNamedQuery("who", TEXT);

const bind = (given: Record<string, string>) =>
  bindParameters(QUERY, new Map(Object.entries(given)), Date.UTC(2026, 0, 2));

Deno.test("parseNamedQuery() reads the header", () => {
  assertEquals([QUERY.title, QUERY.answers], ["Who?", "One line and another."]);
  assertEquals(
    QUERY.parameters.map(({ name, type, fallback, need }) => [name, type, fallback, need]),
    [
      ["bucket", "text", null, "required"],
      ["who", "text", null, "any"],
      ["key", "text", null, "any"],
      ["since", "time", "-infinity", "none"],
      ["limit", "number", "10", "none"],
    ],
  );
  for (const text of ["SELECT 1", "-- title: x\nSELECT 1", TEXT.replace("text required", "blob")]) {
    assertThrows(() => parseNamedQuery("who", text));
  }
});

Deno.test("bindParameters() types what was given and fills in defaults", () => {
  const values = bind({ bucket: "a'b,c=d", key: "", since: "1d", limit: "5" });
  assertEquals(values.get("bucket"), "a'b,c=d");
  assertEquals([values.get("who"), values.get("key")], [null, ""]);
  assertEquals(
    (values.get("since") as DuckDBTimestampTZValue).micros,
    BigInt(Date.UTC(2026, 0, 1)) * 1000n,
  );
  assertEquals(values.get("limit"), 5n);
  const defaults = bind({ bucket: "b", who: "x" });
  assertEquals(defaults.get("since"), DuckDBTimestampTZValue.NegInf);
  assertEquals(defaults.get("limit"), 10n);
});

Deno.test("bindParameters() tells every problem at once", () => {
  const problems = (given: Record<string, string>) => {
    try {
      bind(given);
      return [];
    } catch (error) {
      assert(error instanceof TrailsieveError && error.code === "usage");
      return error.message.split("\n");
    }
  };
  assertEquals(problems({ since: "yesterday", limit: "-1", nobody: "x" }).length, 5);
  assertEquals(problems({ bucket: "b" }), ["who needs --param who=… or --param key=…"]);
  assertEquals(problems({ bucket: "b", key: "k" }), []);
});

Deno.test("every bundled query has a sound header and reads each of its parameters", async () => {
  const queries = await listNamedQueries();
  assert(queries.length >= 8);
  for (const { name, sql, parameters, title } of queries) {
    assert(title.endsWith("?"), name);
    const read = new Set([...sql.matchAll(/getvariable\('([^']*)'\)/g)].map((match) => match[1]));
    assertEquals(read, new Set(parameters.map(({ name }) => name)), name);
  }
});

Deno.test("findNamedQuery() tells a name from SQL", async () => {
  assertEquals((await findNamedQuery("put-objects"))?.name, "put-objects");
  for (const sql of ["SELECT 1", "FROM events", "select\n1", ""]) {
    assertEquals(await findNamedQuery(sql), null);
  }
  await assertRejects(() => findNamedQuery("put-object"), TrailsieveError, "no query named");
});
