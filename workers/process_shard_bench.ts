/** The whole path within an isolate, from the bytes of objects to alerts and parts. */
import { gunzipSync } from "node:zlib";
import type { Buffer } from "node:buffer";
import { generatedLogs, OBJECT_EVENTS } from "../bench/generated_logs.ts";
import { loadPack } from "../bench/pack_recall/pack.ts";
import { compileRules } from "../detection/mod.ts";
import { ShardProcessor } from "./process_shard.ts";
import { PROGRESS_BYTES, type ShardMessage } from "./protocol.ts";

const OBJECTS = 100;
const events = (OBJECTS * OBJECT_EVENTS).toLocaleString("en");
const group = `a shard of ${OBJECTS} objects, ${events} events`;

const logs = generatedLogs(OBJECTS, OBJECT_EVENTS);
const shard: ShardMessage = {
  kind: "shard",
  shardId: "s",
  objects: logs.map(({ gzip }, i) => ({
    key: `${i}.json.gz`,
    etag: "e",
    size: gzip.length,
    uri: `s3://trail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/${i}.json.gz`,
    grant: { kind: "bytes", bytes: gzip },
  })),
};

const noRules = await compileRules([]);
const pack = await loadPack();
const progress = new Int32Array(new SharedArrayBuffer(PROGRESS_BYTES));
const { signal } = new AbortController();

Deno.bench(`gunzipSync() and JSON.parse, ${events} events`, { group, baseline: true }, () => {
  for (const { gzip } of logs) JSON.parse((gunzipSync(gzip) as Buffer).toString());
});

for (
  const [name, detector, lake] of [
    ["read and scan", noRules, false],
    ["with the pack's rules", pack, false],
    ["with the pack's rules and parts", pack, true],
  ] as const
) {
  const processor = new ShardProcessor({ detector, lake, progress });
  Deno.bench(`ShardProcessor, ${name}, ${events} events`, { group }, async () => {
    const { objects } = await processor.process(shard, signal);
    if (objects.some(({ status }) => status !== "done")) throw new Error("an object failed");
  });
}
