import { assertEquals } from "@std/assert";
import { actorOf, listNames, readName } from "./names.ts";

const viewOf = (values: Record<string, unknown>) => ({ get: (path: string) => values[path] });

Deno.test("readName() gives the first text among the paths", () => {
  const view = viewOf({ a: null, b: "", c: "third", d: "fourth" });
  assertEquals(readName(view, "a", "b", "c", "d"), "third");
  assertEquals(readName(view, "a", "b"), "of unknown name");
});

Deno.test("readName() shortens what no honest name is as long as", () => {
  assertEquals(readName(viewOf({ a: "x".repeat(1_000_000) }), "a"), "x".repeat(200) + "…");
});

Deno.test("actorOf() prefers the ARN and always says something", () => {
  assertEquals(
    actorOf(viewOf({ "userIdentity.arn": "arn:x", "userIdentity.userName": "mira" })),
    "arn:x",
  );
  assertEquals(actorOf(viewOf({ "userIdentity.userName": "mira" })), "mira");
  assertEquals(actorOf(viewOf({})), "an unnamed principal");
});

Deno.test("listNames() counts what it does not name", () => {
  assertEquals(listNames(["a", "b"]), "a, b");
  assertEquals(listNames(["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
  assertEquals(listNames([]), "");
});
