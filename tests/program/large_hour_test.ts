/** An hour beyond what is sorted as a whole, through the program: its files are read by ranges and merged in runs. */
import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { LIMITS } from "../../core/limits.ts";
import { readTable } from "../../parquet/mod.ts";
import { runProgram } from "../support/program.ts";
import { assertIdentities, readReport, RSS_BYTES_MAX } from "../support/report.ts";
import { walk } from "../support/walk.ts";

/** Texts that do not compress, of the size of CloudTrail's largest records, so that few records make a large hour. */
const TEXT_BYTES = 256 * 1024;
const FILE_RECORDS = 16;

function randomText(): string {
  const bytes = new Uint8Array(TEXT_BYTES * 3 / 4);
  for (let at = 0; at < bytes.length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes.toBase64();
}

function record(id: string, minute: number, text: string): string {
  const time = `2026-11-20T10:${String(minute).padStart(2, "0")}:00Z`;
  return `{"eventTime":"${time}","eventSource":"s.amazonaws.com","eventName":"N","eventID":"${id}",` +
    `"requestParameters":{"text":"${text}"}}`;
}

async function idsOf(lake: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const path of walk(`${lake}/events`)) {
    const { values } = await readTable(await Deno.readFile(path), { columns: ["event_id"] });
    ids.push(...values[0] as string[]);
  }
  return ids.sort();
}

async function eventCount(lake: string): Promise<number> {
  let count = 0;
  for await (const path of walk(`${lake}/activity`)) {
    const { values } = await readTable(await Deno.readFile(path), { columns: ["event_count"] });
    count += (values[0] as number[]).reduce((sum, n) => sum + n, 0);
  }
  return count;
}

Deno.test("poll merges a large hour, and late and repeated events into it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/trail`);
    await Deno.mkdir(`${folder}/rules`);
    const write = (name: string, ...records: string[]) =>
      Deno.writeFile(
        `${folder}/trail/${name}.json.gz`,
        gzipSync(`{"Records":[${records.join(",")}]}`, { level: 1 }),
      );
    const poll = async () => {
      const flags = ["--once", "--source", "file:./trail", "--no-bundled-rules"];
      const more = ["--alert", "file:./a.jsonl", "--report", "report.json", "--workers", "2"];
      const end = await runProgram(["poll", ...flags, ...more], { cwd: folder });
      assertEquals(end.code, 0, end.stderr);
      const report = await readReport(`${folder}/report.json`);
      return report;
    };
    const lake = `${folder}/data/lake`;
    const count = Math.ceil(LIMITS.sortedMergeBytesMax / (TEXT_BYTES * 3 / 4)) + 2;
    const ids = Array.from({ length: count }, (_, i) => `event-${String(i).padStart(3, "0")}`);
    const texts = ids.map(() => randomText());
    const records = ids.map((id, i) => record(id, i % 60, texts[i]));
    for (let i = 0; i < count; i += FILE_RECORDS) {
      await write(ids[i], ...records.slice(i, i + FILE_RECORDS));
    }
    assertIdentities(await poll(), count);
    assertEquals(await idsOf(lake), ids);
    assertEquals(await eventCount(lake), count);

    await write("later", record("event-999", 5, "short"), records[3]);
    await write("conflict", record(ids[4], 55, "other"));
    const report = await poll();
    // Of this run merging is nearly all; what reading such texts takes is in docs/performance.md.
    assert(report.rss_bytes_max < RSS_BYTES_MAX, `${report.rss_bytes_max} bytes of memory`);
    assertEquals([report.events.duplicates, report.events.conflicts], [1, 1]);
    assertEquals(await idsOf(lake), [...ids, ids[4], "event-999"].sort());
    assertEquals(await eventCount(lake), count + 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
