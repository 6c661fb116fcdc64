import { assert, assertEquals, assertMatch } from "@std/assert";
import { gzipSync } from "node:zlib";
import { unpackAlerts } from "../../core/alert_packs.ts";
import { WorkerPool } from "../../coordinator/worker_pool.ts";
import { openSource } from "../../objects/mod.ts";
import type { ShardObject } from "../../workers/mod.ts";

/** Loops until the time that a file beside it names. */
const LOOPS = `import { defineRule } from "trailsieve/rule";
const until = () => Number(Deno.readTextFileSync(new URL("until", import.meta.url)));
export default defineRule({
  id: "loops", title: "Loops", level: "low", description: "d", author: "a", tags: [], references: [],
  falsePositives: [], matches: () => { while (Date.now() < until()); return true; },
});
`;

/** While a file beside it is there, it loops, and ends an isolate that starts. */
const FAILS = `import { defineRule } from "trailsieve/rule";
const isDown = () => {
  try {
    return Deno.statSync(new URL("down", import.meta.url)).isFile;
  } catch {
    return false;
  }
};
if (isDown()) {
  Promise.reject(new Error("down"));
  await new Promise(() => {});
}
export default defineRule({
  id: "fails", title: "Fails", level: "low", description: "d", author: "a", tags: [], references: [],
  falsePositives: [], matches: () => { while (isDown()); return true; },
});
`;

/** Starts a pool of one over a rule, and hands over a shard of one event. */
async function withPool<T>(
  rule: string,
  use: (world: {
    readonly pool: WorkerPool;
    readonly folder: string;
    readonly objects: readonly ShardObject[];
    readonly switchedOff: readonly string[];
  }) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/trail`);
    await Deno.writeTextFile(`${folder}/one.rule.ts`, rule);
    const record = { eventTime: "2026-03-02T10:00:00Z", eventID: "e", eventName: "n" };
    await Deno.writeFile(
      `${folder}/trail/a.json.gz`,
      gzipSync(JSON.stringify({ Records: [record] })),
    );
    const requests = { list: 0, get: 0, put: 0 };
    const source = await openSource(`file://${folder}/trail/`, { env: {}, requests });
    const [[ref]] = await Array.fromAsync(source.list(source.prefix));
    const switchedOff: string[] = [];
    const file = `${folder}/one.rule.ts`;
    using pool = await WorkerPool.start({
      size: 1,
      setup: { rules: [{ kind: "module", file, url: `file://${file}` }], lake: false },
      leave: { hosts: [], readFolders: [folder] },
      skipBadRules: false,
      onRuleSwitchedOff: (id) => switchedOff.push(id),
    });
    const { key, etag, size } = ref;
    const grant = await source.grant(ref);
    const object = { key, etag, size, uri: source.uri(key), grant };
    return await use({ pool, folder, objects: [object], switchedOff });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Has one event read. @returns ids of the rules that matched it, and of those switched off */
function readOne(loopMs: number): Promise<{ matched: string[]; switchedOff: readonly string[] }> {
  return withPool(LOOPS, async ({ pool, folder, objects, switchedOff }) => {
    await Deno.writeTextFile(`${folder}/until`, String(Date.now() + loopMs));
    const result = await pool.run({ kind: "shard", shardId: "s", objects });
    pool.endShard("s");
    return { matched: [...unpackAlerts(result.alerts)].map(({ ruleId }) => ruleId), switchedOff };
  });
}

Deno.test("WorkerPool reads a shard again when a rule seems to loop, and the rule finds what it would", async () => {
  // Over by the time that another isolate has been started.
  assertEquals(await readOne(1300), { matched: ["loops"], switchedOff: [] });
});

Deno.test("WorkerPool switches off a rule that loops on a shard twice", async () => {
  assertEquals(await readOne(3_600_000), { matched: [], switchedOff: ["loops"] });
});

Deno.test("WorkerPool that cannot replace an isolate rejects whoever waits for one", async () => {
  await withPool(FAILS, async ({ pool, folder, objects }) => {
    await Deno.writeTextFile(`${folder}/down`, "");
    const shards = ["a", "b", "c"].map((shardId) => pool.run({ kind: "shard", shardId, objects }));
    for (const end of await Promise.allSettled(shards)) {
      assert(end.status === "rejected");
      assertMatch(end.reason.message, /^Cannot start a worker: .*down/);
    }
  });
});
