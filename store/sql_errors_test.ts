import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TrailsieveError } from "../core/errors.ts";
import { retryOf, translateSqlError } from "./sql_errors.ts";

function sqlError(code: string): Error {
  return Object.assign(new Error("the server said no."), { code });
}

Deno.test("retryOf() waits longer for a lost connection than after a rollback, which is no outage", () => {
  const rolledBack = retryOf(sqlError("40P01"))!;
  assert(!rolledBack.isOutage);
  assertEquals(retryOf(sqlError("40001")), rolledBack);
  for (
    const error of [
      sqlError("08006"),
      sqlError("57P01"),
      sqlError("ECONNRESET"),
      new Error("Connection terminated unexpectedly"),
    ]
  ) {
    const lost = retryOf(error)!;
    assert(lost.isOutage && lost.delayMs > rolledBack.delayMs);
  }
});

Deno.test("retryOf() is null for what would fail again", () => {
  for (const code of ["23505", "42601", "28P01", "3D000", "42501", "0800"]) {
    assertEquals(retryOf(sqlError(code)), null, code);
  }
  for (const error of [new Error("x"), null, "08006", new TrailsieveError("fenced", "Cannot")]) {
    assertEquals(retryOf(error), null);
  }
});

Deno.test("translateSqlError() says what could not be done and what to do", () => {
  const codes: Record<string, string> = {
    ECONNREFUSED: "unreachable",
    "57P03": "unreachable",
    "3D000": "missing",
    "28P01": "denied",
    "28000": "denied",
    "42501": "denied",
  };
  for (const [code, expected] of Object.entries(codes)) {
    const error = translateSqlError(sqlError(code), "open the database x");
    assertEquals(error.code, expected);
    assertEquals(error.message, "Cannot open the database x: the server said no");
    assert(error.hint !== undefined && !error.hint.endsWith("."), code);
  }
});

Deno.test("translateSqlError() passes our errors through and calls the rest a bug", () => {
  const ours = new TrailsieveError("fenced", "Cannot commit");
  assertEquals(translateSqlError(ours, "x"), ours);
  assertEquals(translateSqlError(sqlError("42601"), "x").code, "bug");
});

Deno.test("translateSqlError() names the first refusal of several addresses", () => {
  const refused = new AggregateError([sqlError("ECONNREFUSED"), sqlError("ECONNREFUSED")], "");
  const error = translateSqlError(refused, "x");
  assertEquals(error.code, "unreachable");
  assertStringIncludes(error.message, "the server said no");
});
