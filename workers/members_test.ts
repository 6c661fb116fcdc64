import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { findMembers } from "./members.ts";

const NAMES = ["arn", "type", "é"].map((name) => Buffer.from(name));

/** The texts of the sought members' values. */
function find(json: string): (string | null)[] {
  // Behind something else, as in a file.
  const bytes = Buffer.from(`"before",${json}`);
  const spans = new Int32Array(NAMES.length * 2);
  findMembers(bytes, 9, NAMES, spans);
  return NAMES.map((_, i) =>
    spans[2 * i] < 0 ? null : bytes.toString("utf8", spans[2 * i], spans[2 * i + 1])
  );
}

Deno.test("findMembers() finds names however they are written", () => {
  assertEquals(find('{"arn":1,"type":"two","é":[3,"}"]}'), ["1", '"two"', '[3,"}"]']);
  assertEquals(find(' { "x" : {"arn":0} , "t\\u0079pe" : 2 } '.trim()), [null, "2", null]);
  assertEquals(find('{"\\u0061\\u0072\\u006e":1,"\\u00e9":null}'), ["1", null, "null"]);
});

Deno.test("findMembers() takes the last of members that share a name", () => {
  assertEquals(find('{"arn":1,"arn":"\\"","\\u0061rn":{}}'), ["{}", null, null]);
});

Deno.test("findMembers() finds nothing in other names", () => {
  for (const name of ["", "ar", "arn ", "Arn", "typo", "toString", "\\u0061", "\\\\", '\\"arn']) {
    assertEquals(find(`{"${name}":0}`), [null, null, null], name);
  }
  assertEquals(find("{}"), [null, null, null]);
});
