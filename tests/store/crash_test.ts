/** What a killed process had been told is stored is stored, all of it or nothing of each commit. */
import { assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { openStore, type Store } from "../../store/mod.ts";
import { startTestDatabases } from "./_databases.ts";
import { commitOf, expireLeases, refsOf, rowsOf, SCOPE, takeSoon } from "./_samples.ts";

const KILLS = 3;

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());

/** Runs the program until it has acknowledged some commits, kills it, and returns the last it named. */
async function commitAndKill(url: string, start: number): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--cached-only",
      "--no-prompt",
      new URL("./_commit_until_killed.ts", import.meta.url).pathname,
      url,
      String(start),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let last = start - 1;
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const killAfter = start + 2 + Math.floor(Math.random() * 5);
  let killed = false;
  for await (const line of lines) {
    if (line !== "ready") last = Number(line);
    if (!killed && last >= killAfter) {
      killed = true;
      // Somewhere within the next commit.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      child.kill("SIGKILL");
    }
  }
  await child.status;
  return last;
}

for (const { kind, present, create } of databases.kinds) {
  Deno.test({
    name: `openStore() finds everything acknowledged after SIGKILL on ${kind}`,
    ignore: !present,
    async fn() {
      const url = await create();
      let next = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const last = await commitAndKill(url, next);
        await using store = await openStore({ url });
        await assertWhole(store, last + 1);
        // The embedded database frees the dead process's lease at its start; Postgres after it ran out.
        if (kind === "postgres") await expireLeases(store);
        if ((await store.openWork()).shards > 0) {
          const shard = await takeSoon(store);
          assertEquals(shard.deaths, shard.generation);
          const index = Number(/(\d+)\.json/.exec(shard.refs[0].key)![1]) / 20;
          await store.commitShard(shard, commitOf(shard, index));
        }
        next = await assertWhole(store, last + 1);
        assertEquals(await store.openWork(), {
          refs: 0,
          delayedRefs: 0,
          shards: 0,
          ready: 0,
          held: 0,
          nextReadyMs: null,
        });
      }
    },
  });
}

/** Every acknowledged commit is there, and no half of any other. @returns how many commits there are */
async function assertWhole(store: Store, acknowledged: number): Promise<number> {
  const refs = refsOf(acknowledged * 20);
  assertEquals((await store.filterUnknown(SCOPE, refs)).inLedger, refs.length);
  const { ledger, alerts } = await store.counts();
  const [{ parts }] = await rowsOf(store, "select count(*)::int as parts from parts");
  assertEquals([ledger % 20, alerts, parts], [0, ledger / 20, ledger / 20]);
  return ledger / 20;
}
