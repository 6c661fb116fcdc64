import { assertEquals } from "@std/assert";
import type { LeasedShard } from "../store/mod.ts";
import { ShardTurns } from "./shard_turns.ts";

const never = new AbortController().signal;

/** A shard of so many objects, whose holder died so often. */
function shardOf(id: string, objects: number, deaths: number): LeasedShard {
  const refs = Array.from(
    { length: objects },
    (_, i) => ({ key: `${id}${i}`, etag: "e", size: 1, attempts: 0, again: false }),
  );
  return {
    id,
    generation: 0,
    scope: "s",
    sourceUrl: "s3://b/",
    lane: "live",
    suppress: { all: false, beforeMs: null },
    backfillId: null,
    refs,
    deaths,
  };
}

/** A queue that gives these, and takes back to its front. */
function queueOf(...shards: LeasedShard[]) {
  const waiting = [...shards];
  const returned: string[] = [];
  const turns = new ShardTurns({
    take: () => Promise.resolve(waiting.shift() ?? null),
    giveBack: (shard) => {
      returned.push(shard.id);
      waiting.unshift(shard);
      return Promise.resolve();
    },
  });
  return { turns, returned };
}

/** What has been fulfilled by now, of takes that may wait. */
async function settled(takes: readonly Promise<LeasedShard | null>[]): Promise<unknown[]> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  const waits = Symbol("waits");
  const ends = await Promise.all(takes.map((take) => Promise.race([take, Promise.resolve(waits)])));
  return ends.map((end) => end === waits ? "waits" : (end as LeasedShard | null)?.id ?? null);
}

Deno.test("ShardTurns lets shards that harmed nobody be held together", async () => {
  const { turns } = queueOf(shardOf("a", 1, 0), shardOf("b", 5, 0), shardOf("c", 2, 1));
  const takes = [turns.take(never), turns.take(never), turns.take(never), turns.take(never)];
  assertEquals(await settled(takes), ["a", "b", "c", null]);
});

Deno.test("ShardTurns has a lone object that cost a holder wait until nothing else is held", async () => {
  const { turns, returned } = queueOf(shardOf("a", 3, 0), shardOf("s", 1, 1), shardOf("b", 1, 0));
  const takes = [turns.take(never), turns.take(never), turns.take(never)];
  assertEquals(await settled(takes), ["a", "waits", "waits"]);
  // It is not held while it waits: a process that dies now must not count against it.
  assertEquals(returned, ["s"]);
  turns.end();
  assertEquals(await settled(takes), ["a", "s", "waits"]);
  turns.end();
  assertEquals(await settled(takes), ["a", "s", "b"]);
});

Deno.test("ShardTurns takes two suspects one after the other", async () => {
  const { turns, returned } = queueOf(shardOf("s", 1, 1), shardOf("t", 1, 2));
  const takes = [turns.take(never), turns.take(never)];
  assertEquals(await settled(takes), ["s", "waits"]);
  turns.end();
  assertEquals(await settled(takes), ["s", "t"]);
  assertEquals(returned, []);
});

Deno.test("ShardTurns takes nothing more once the signal has aborted", async () => {
  const drain = new AbortController();
  const { turns } = queueOf(shardOf("a", 1, 0), shardOf("s", 1, 1));
  const takes = [turns.take(drain.signal), turns.take(drain.signal)];
  assertEquals(await settled(takes), ["a", "waits"]);
  drain.abort();
  turns.end();
  assertEquals(await settled(takes), ["a", null]);
});

Deno.test("ShardTurns goes on after a take that failed", async () => {
  let fails = true;
  const turns = new ShardTurns({
    take() {
      if (!fails) return Promise.resolve(shardOf("a", 1, 0));
      fails = false;
      return Promise.reject(new Error("gone"));
    },
    giveBack: () => Promise.resolve(),
  });
  const first = await turns.take(never).catch((error) => error.message);
  assertEquals([first, (await turns.take(never))?.id], ["gone", "a"]);
});

Deno.test("ShardTurns takes a suspect whose neighbour ends while it is given back", async () => {
  const waiting = [shardOf("a", 3, 0), shardOf("poison", 1, 1)];
  const turns: ShardTurns = new ShardTurns({
    take: () => Promise.resolve(waiting.shift() ?? null),
    giveBack: (shard) => {
      waiting.unshift(shard);
      turns.end();
      return Promise.resolve();
    },
  });
  await turns.take(never);
  assertEquals(await settled([turns.take(never)]), ["poison"]);
});
