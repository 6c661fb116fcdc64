/** The bound on memory of CONTRACT.md: 600 MB with two workers, whatever the input; `deno task test:memory`. */
import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import { generateLargeFiles } from "../../bench/whole_path/data_sets.ts";
import { planTrail } from "../../generator/mod.ts";
import { startProgram } from "../support/program.ts";
import { readReport } from "../support/report.ts";
import { TINY_OBJECT_EVENTS, tinyObjects } from "./_tiny_trail.ts";
import { peakUntilEnd } from "./_watched_process.ts";

const RSS_BYTES_MAX = 600e6;
const OBJECTS = 20_000;
const LARGE_FILES = 2;
const LARGE_FILE_EVENTS = 50_000;
const ALERTING_EVENTS = 300_000;

/** @returns the number of events, as all writers of trails here do. */
async function writeTinyTrail(folder: string, count: number): Promise<number> {
  let made = "";
  for (const { key, bytes } of tinyObjects(count)) {
    const path = `${folder}/${key}`;
    if (dirname(path) !== made) await Deno.mkdir(made = dirname(path), { recursive: true });
    await Deno.writeFile(path, bytes);
  }
  return count * TINY_OBJECT_EVENTS;
}

/** What a run may be given beside its trail. */
interface PeakOptions {
  readonly args?: readonly string[];
  /** Looks at what the run left in its folder. */
  readonly check?: (folder: string) => Promise<void>;
}

async function holdsPeak(
  write: (folder: string) => Promise<number>,
  { args = [], check }: PeakOptions = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const events = await write(`${folder}/trail`);
    const child = startProgram([
      ...["poll", "--once", "--source", "file:./trail", "--workers", "2"],
      ...["--report", "report.json", "--alert", "file:./alerts.jsonl", "--log-level", "error"],
      ...args,
    ], { cwd: folder });
    const ended = child.output();
    const peak = await peakUntilEnd(child);
    const { code, stderr } = await ended;
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const report = await readReport(`${folder}/report.json`);
    assertEquals(report.events.read, events);
    console.log(
      `${report.objects.done} objects, peak ${Math.round(peak / 1e6)} MB ` +
        `(its own report says ${Math.round(report.rss_bytes_max / 1e6)} MB), ` +
        `${(report.duration_ms / 1000).toFixed(0)} s`,
    );
    assert(peak <= RSS_BYTES_MAX, `${peak} bytes`);
    assert(peak > 100e6, "Nothing was measured");
    await check?.(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const count of [OBJECTS, 10 * OBJECTS]) {
  Deno.test(`poll --once holds at most 600 MB with ${count} tiny files`, () =>
    holdsPeak((folder) => writeTinyTrail(folder, count)));
}

for (const files of [LARGE_FILES, 10 * LARGE_FILES]) {
  Deno.test(`poll --once holds at most 600 MB with ${files} files of 50,000 events`, () =>
    holdsPeak(async (folder) => {
      const { events } = await generateLargeFiles(folder, files * LARGE_FILE_EVENTS);
      return events!;
    }));
}

/** A day of an organization, of which some events are delivered twice. */
async function writeDay(folder: string): Promise<number> {
  let events = 0;
  let made = "";
  for (
    const { key, bytes, kind } of planTrail({ seed: 1, events: ALERTING_EVENTS, days: 1 }).objects()
  ) {
    if (kind !== "log") continue;
    const path = `${folder}/${key}`;
    if (dirname(path) !== made) await Deno.mkdir(made = dirname(path), { recursive: true });
    await Deno.writeFile(path, bytes);
    events += JSON.parse(gunzipSync(bytes).toString()).Records.length;
  }
  return events;
}

const EVERY_EVENT = `title: Every event
id: every-event
level: low
tags:
  - attack.discovery
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventVersion|startswith: "1"
  condition: selection
`;

/** Each alert stands in the file once, of each event. */
async function wereAllDelivered(folder: string): Promise<void> {
  const ids = new Set<string>();
  let lines = 0;
  const file = await Deno.open(`${folder}/alerts.jsonl`);
  const texts = file.readable.pipeThrough(new TextDecoderStream()).pipeThrough(
    new TextLineStream(),
  );
  for await (const line of texts) {
    const { event_id, event } = JSON.parse(line);
    assertEquals(event.eventID, event_id);
    ids.add(event_id);
    lines++;
  }
  assertEquals({ lines, ids: ids.size }, { lines: ALERTING_EVENTS, ids: ALERTING_EVENTS });
}

Deno.test("poll --once holds at most 600 MB where a rule matches each of 300,000 events", () =>
  holdsPeak(async (folder) => {
    const events = await writeDay(folder);
    await Deno.mkdir(`${dirname(folder)}/rules`);
    await Deno.writeTextFile(`${dirname(folder)}/rules/every.yml`, EVERY_EVENT);
    return events;
  }, {
    args: ["--rules", "./rules", "--no-bundled-rules"],
    check: wereAllDelivered,
  }));
