import { assertEquals } from "@std/assert";
import { LargeTurns } from "./large_turns.ts";

function turnsOf() {
  const turns = new LargeTurns();
  const granted: string[] = [];
  const ask = (shardId: string) => turns.ask(shardId, () => granted.push(shardId));
  return { turns, granted, ask };
}

Deno.test("LargeTurns gives one shard a turn at a time, in the order of asking", () => {
  const { turns, granted, ask } = turnsOf();
  for (const shardId of ["a", "b", "c"]) ask(shardId);
  assertEquals(granted, ["a"]);
  turns.end("never asked");
  assertEquals(granted, ["a"]);
  turns.end("a");
  assertEquals(granted, ["a", "b"]);
  turns.end("b");
  turns.end("c");
  ask("d");
  assertEquals(granted, ["a", "b", "c", "d"]);
});

Deno.test("LargeTurns grants the holder again at once, as to the isolate that takes over from a lost one", () => {
  const { turns, granted, ask } = turnsOf();
  ask("a");
  ask("b");
  ask("a");
  assertEquals(granted, ["a", "a"]);
  turns.end("a");
  assertEquals(granted, ["a", "a", "b"]);
});

Deno.test("LargeTurns forgets a shard that ends while it waits", () => {
  const { turns, granted, ask } = turnsOf();
  for (const shardId of ["a", "b", "c"]) ask(shardId);
  turns.end("b");
  turns.end("a");
  assertEquals(granted, ["a", "c"]);
});
