import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { MemberNames } from "./member_names.ts";

const names = new MemberNames([["arn", 1], ["type", 2], ["é", 3]]);

function find(name: string): number | undefined {
  const bytes = Buffer.from(`{"${name}":0}`);
  return names.find(bytes, 2, bytes.length - 4);
}

Deno.test("MemberNames.find() finds a name however it is written", () => {
  assertEquals(find("arn"), 1);
  assertEquals(find("type"), 2);
  assertEquals(find("t\\u0079pe"), 2);
  assertEquals(find("\\u0061\\u0072\\u006e"), 1);
  assertEquals(find("é"), 3);
  assertEquals(find("\\u00e9"), 3);
});

Deno.test("MemberNames.find() finds nothing in other names", () => {
  for (const name of ["", "ar", "arn ", "Arn", "typo", "toString", "\\u0061", "\\\\", '\\"arn']) {
    assertEquals(find(name), undefined, name);
  }
});
