import { assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { WorkerPool } from "../../coordinator/worker_pool.ts";
import { openSource } from "../../objects/mod.ts";

/** Loops until the time that a file beside it names. */
const LOOPS = `import { defineRule } from "trailsieve/rule";
const until = () => Number(Deno.readTextFileSync(new URL("until", import.meta.url)));
export default defineRule({
  id: "loops", title: "Loops", level: "low", description: "d", author: "a", tags: [], references: [],
  falsePositives: [], matches: () => { while (Date.now() < until()); return true; },
});
`;

/** Has one event read by a pool of one. @returns ids of the rules that matched it, and of those switched off */
async function readOne(loopMs: number): Promise<{ matched: string[]; switchedOff: string[] }> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/trail`);
    await Deno.writeTextFile(`${folder}/loops.rule.ts`, LOOPS);
    const record = { eventTime: "2026-03-02T10:00:00Z", eventID: "e", eventName: "n" };
    await Deno.writeFile(
      `${folder}/trail/a.json.gz`,
      gzipSync(JSON.stringify({ Records: [record] })),
    );
    const requests = { list: 0, get: 0, put: 0 };
    const source = await openSource(`file://${folder}/trail/`, { env: {}, requests });
    const [[ref]] = await Array.fromAsync(source.list(source.prefix));
    const switchedOff: string[] = [];
    const file = `${folder}/loops.rule.ts`;
    using pool = await WorkerPool.start({
      size: 1,
      setup: { rules: [{ kind: "module", file, url: `file://${file}` }], lake: false },
      leave: { hosts: [], readFolders: [folder] },
      skipBadRules: false,
      onRuleSwitchedOff: (id) => switchedOff.push(id),
    });
    await Deno.writeTextFile(`${folder}/until`, String(Date.now() + loopMs));
    const { key, etag, size } = ref;
    const grant = await source.grant(ref);
    const object = { key, etag, size, uri: source.uri(key), grant };
    const result = await pool.run({ kind: "shard", shardId: "s", objects: [object] });
    pool.endShard("s");
    return { matched: result.alerts.map(({ ruleId }) => ruleId), switchedOff };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("WorkerPool reads a shard again when a rule seems to loop, and the rule finds what it would", async () => {
  // Over by the time that another isolate has been started.
  assertEquals(await readOne(1300), { matched: ["loops"], switchedOff: [] });
});

Deno.test("WorkerPool switches off a rule that loops on a shard twice", async () => {
  assertEquals(await readOne(3_600_000), { matched: [], switchedOff: ["loops"] });
});
