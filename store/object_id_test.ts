import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { headId, objectId, splitKey } from "./object_id.ts";

Deno.test("splitKey() cuts CloudTrail's names before the delivery time", () => {
  const head =
    "AWSLogs/o-x/111122223333/CloudTrail/us-east-1/2026/11/20/111122223333_CloudTrail_us-east-1_";
  assertEquals(splitKey(`${head}20261120T0005Z_abc.json.gz`), {
    head,
    name: "20261120T0005Z_abc.json.gz",
  });
});

Deno.test("splitKey() cuts other names behind the last slash", () => {
  assertEquals(splitKey("/var/log/a.json"), { head: "/var/log/", name: "a.json" });
  assertEquals(splitKey("a.json"), { head: "", name: "a.json" });
  assertEquals(splitKey("folder/"), { head: "folder/", name: "" });
  // A delivery time in a folder's name is not the name's.
  assertEquals(splitKey("x_20261120T0005Z_y/z"), { head: "x_20261120T0005Z_y/", name: "z" });
});

Deno.test("splitKey() loses nothing of any key", () => {
  for (const key of ["", "/", "//", "a//b", "_20261120T0005Z_", "a/_20261120T0005Z_b", "ü/\n"]) {
    const { head, name } = splitKey(key);
    assertEquals(head + name, key);
  }
});

Deno.test("objectId() differs with scope, key and ETag, wherever their border lies", () => {
  const ids = [
    objectId("s", "k", "e"),
    objectId("sk", "", "e"),
    objectId("s", "ke", ""),
    objectId("", "sk", "e"),
    objectId("s", "k\n", "e"),
    headId("s", "k"),
  ];
  assertEquals(new Set(ids).size, ids.length);
  assertEquals(objectId("s", "k", "e"), ids[0]);
  assertNotEquals(objectId("s", "k", "E"), ids[0]);
  assertMatch(ids[0], /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert(ids.every((id) => id.length === 36));
});
