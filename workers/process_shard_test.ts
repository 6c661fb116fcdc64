import { assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { compileRules } from "../detection/mod.ts";
import { readTable } from "../parquet/mod.ts";
import { ShardProcessor } from "./process_shard.ts";
import { PROGRESS, PROGRESS_BYTES, type ShardObject } from "./protocol.ts";

const LOG = gzipSync(
  `{"Records":[{"eventTime":"2026-11-20T10:00:00Z","eventID":"e","eventName":"A","eventSource":"b"}]}`,
);

function objectOf(key: string, grant: ShardObject["grant"]): ShardObject {
  return { key, etag: "e", size: LOG.length, uri: `s3://trail/${key}`, grant };
}

Deno.test("process() blames no rule for the time in which it waits for the next object", async () => {
  const progress = new Int32Array(new SharedArrayBuffer(PROGRESS_BYTES));
  let blamed: number | null = null;
  let sawRule = false;
  const detector = await compileRules([{ kind: "module", url: "rule:a", file: "a.rule.ts" }], {
    importModule: () =>
      Promise.resolve({
        default: {
          id: "a",
          title: "A",
          level: "low",
          description: "d",
          author: "a",
          tags: [],
          references: [],
          falsePositives: [],
          matches: () => {
            sawRule ||= progress[PROGRESS.rule] === 0;
            return false;
          },
        },
      }),
  });
  assertEquals(detector.problems, []);
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async () => {
      // The first object is read by now, or will be before this comes to its end.
      while (!sawRule) await new Promise((resolve) => setTimeout(resolve, 1));
      blamed = progress[PROGRESS.rule];
      return new Response(new Uint8Array(LOG));
    },
  );
  const processor = new ShardProcessor({ detector, lake: false, progress });
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const objects = [
    objectOf("AWSLogs/first.json.gz", { kind: "bytes", bytes: LOG }),
    objectOf("AWSLogs/second.json.gz", { kind: "url", url, headers: {} }),
  ];
  const result = await processor.process(
    { kind: "shard", shardId: "s", objects },
    new AbortController().signal,
  );
  assertEquals(result.objects.map(({ status }) => status), ["done", "done"]);
  assertEquals([sawRule, blamed], [true, -1]);
});

Deno.test("process() counts nothing of a large file that turns out damaged, and the last of two lists alone", async () => {
  const detector = await compileRules([]);
  const progress = new Int32Array(new SharedArrayBuffer(PROGRESS_BYTES));
  let turns = 0;
  const processor = new ShardProcessor({
    detector,
    lake: true,
    progress,
    largeTurn: () => Promise.resolve(void turns++),
  });
  const list = (count: number, size: number) =>
    Array.from(
      { length: count },
      (_, i) =>
        `{"eventTime":"2026-11-20T10:00:00Z","eventID":"${count}-${i}","userAgent":"${
          "x".repeat(size)
        }"}`,
    ).join(",");
  const rejected = '{"eventTime":"none"}';
  const logs = [
    `{"Records":[${list(20, 1_000_000)},${rejected}],"Records":[${list(3, 10)}]}`,
    `{"Records":[${list(20, 1_000_000)},${rejected},{]}`,
    `{"Records":[${list(4, 10)},${list(1, 17_000_000)}]}`,
  ].map((log) => gzipSync(log));
  const objects = logs.map((bytes, i) => ({
    ...objectOf(`${i}.json.gz`, { kind: "bytes", bytes }),
    size: bytes.length,
  }));
  const result = await processor.process(
    { kind: "shard", shardId: "s", objects },
    new AbortController().signal,
  );
  assertEquals(result.objects.map(({ status, eventCount }) => [status, eventCount]), [
    ["done", 3],
    ["dead", 0],
    ["done", 5],
  ]);
  assertEquals(result.rejected, []);
  const ids: unknown[] = [];
  for (const { bytes } of result.parts) {
    ids.push(...(await readTable(bytes, { columns: ["event_id"] })).values[0]);
  }
  assertEquals(ids.sort(), ["1-0", "3-0", "3-1", "3-2", "4-0", "4-1", "4-2", "4-3"]);
  // The files' size alone is no reason to wait: one record of the last is.
  assertEquals(turns, 1);
});

Deno.test("process() reads a file of very many tiny records in pieces, whatever scans it", async () => {
  const detector = await compileRules([]);
  const progress = new Int32Array(new SharedArrayBuffer(PROGRESS_BYTES));
  const processor = new ShardProcessor({ detector, lake: true, progress });
  const count = 150_000;
  const event = '{"eventTime":"2026-11-20T10:00:00Z"}';
  // Compact ones are the kernel's, spaced ones the scanner's in TypeScript.
  const objects = [",", ", "].map((separator, i) => {
    const bytes = gzipSync(`{"Records":[${new Array(count).fill(event).join(separator)}]}`);
    return { ...objectOf(`${i}.json.gz`, { kind: "bytes", bytes }), size: bytes.length };
  });
  const { objects: reports, parts } = await processor.process(
    { kind: "shard", shardId: "s", objects },
    new AbortController().signal,
  );
  assertEquals(reports.map(({ status, eventCount }) => [status, eventCount]), [
    ["done", count],
    ["done", count],
  ]);
  const rows = parts.flatMap(({ hours }) => hours.map(({ rowCount }) => rowCount));
  assertEquals(rows.reduce((sum, rowCount) => sum + rowCount), 2 * count);
});
