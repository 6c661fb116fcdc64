import { assert, assertEquals, assertThrows } from "@std/assert";
import { findActions, listActions } from "./mod.ts";

Deno.test("findActions() finds one action by name", () => {
  assertEquals(findActions("ec2:RunInstances").map(({ name }) => name), ["RunInstances"]);
});

Deno.test("findActions() gives a service's reads alone for a star", () => {
  const found = findActions("s3:*");
  assert(found.length > 5);
  assert(found.every((action) => action.service === "s3" && !action.write && !action.data));
});

Deno.test("findActions() refuses what the catalog lacks", () => {
  assertThrows(() => findActions("ec2:DeleteEverything"), Error, "ec2:DeleteEverything");
  assertThrows(() => findActions("nothing:*"), Error, "nothing:*");
});

Deno.test("listActions() holds twenty services and more, mostly reads", () => {
  const actions = listActions();
  assert(new Set(actions.map(({ service }) => service)).size >= 20);
  assert(actions.filter(({ write }) => write === true).length < actions.length / 4);
});
