/**
 * What detection adds to gunzip and `JSON.parse` of the same events in the same run, in percent:
 * `deno run -A bench/detection_cost.ts FOLDER [OTHER_CHECKOUT…]`. FOLDER holds log files; `quiet` stands for a generated
 * day without attacks. Of each file the quickest of all rounds counts, so that other work on the machine matters little.
 * Each file is scanned right before rules read it, as in the worker. Other checkouts of this project are measured in
 * turn with this one.
 */
import type { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { planTrail } from "../generator/mod.ts";
import { walk } from "../tests/support/walk.ts";
import type { RecordBatch } from "../workers/scan_records.ts";

const ROUNDS = 40;
/** Rounds before code is compiled as well as it gets. */
const WARM_UP_ROUNDS = 5;

/** One checkout at work. */
interface Engine {
  readonly scan: (file: Uint8Array) => RecordBatch;
  readonly detect: (batch: RecordBatch) => void;
}

async function loadEngine(root: string): Promise<Engine> {
  const load = (path: string) => import(`${root}/${path}`);
  const { RecordScanner } = await load("workers/scan_records.ts");
  const { ScannedRecord } = await load("workers/scanned_record.ts");
  const { compileRules, Event, readRuleFolders } = await load("detection/mod.ts");
  const pack = await compileRules((await readRuleFolders([`${root}/rules/aws`])).specs);
  const record = new ScannedRecord();
  const event = new Event(record);
  const onError = (_rule: unknown, error: unknown) => {
    throw error;
  };
  return {
    scan: (file) => new RecordScanner().push(gunzipSync(file) as Buffer, true),
    detect(batch) {
      record.useBatch(batch);
      for (let i = 0; i < batch.count; i++) {
        record.moveTo(i);
        event.reset(record);
        pack.evaluate(event, () => {}, onError);
      }
    },
  };
}

async function readFiles(folder: string): Promise<Uint8Array[]> {
  if (folder === "quiet") {
    const plan = planTrail({ seed: 3, events: 10_000, stories: false, days: 1, accounts: 6 });
    return [...plan.objects()].filter(({ kind }) => kind === "log").map(({ bytes }) => bytes);
  }
  const paths = (await Array.fromAsync(walk(folder))).filter((path) => path.endsWith(".json.gz"));
  return await Promise.all(paths.sort().map((path) => Deno.readFile(path)));
}

/** Each step's time on one file, ms; what comes before it is not counted. */
function timeOf(prepare: () => RecordBatch | null, step: (batch: RecordBatch) => void): number {
  const batch = prepare();
  const start = performance.now();
  step(batch!);
  return performance.now() - start;
}

const [folder = "quiet", ...others] = Deno.args;
const roots = [fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, ""), ...others];
const files = await readFiles(folder);
const engines = await Promise.all(roots.map(loadEngine));
const steps = [
  { name: "gunzip and JSON.parse", engine: null },
  { name: "gunzip and scan", engine: null },
  ...roots.map((root, i) => ({ name: `detect, ${root}`, engine: engines[i] })),
];
const best = steps.map(() => new Float64Array(files.length).fill(Infinity));
for (let round = 0; round < ROUNDS; round++) {
  files.forEach((file, fileIndex) => {
    for (let i = 0; i < steps.length; i++) {
      // Another step is first in each round.
      const stepIndex = (i + round) % steps.length;
      const { engine } = steps[stepIndex];
      const ms = engine !== null
        ? timeOf(() => engine.scan(file), engine.detect)
        : stepIndex === 0
        ? timeOf(() => null, () => JSON.parse(gunzipSync(file).toString()))
        : timeOf(() => null, () => engines[0].scan(file));
      if (round >= WARM_UP_ROUNDS) {
        best[stepIndex][fileIndex] = Math.min(best[stepIndex][fileIndex], ms);
      }
    }
  });
}
const eventCount = files.reduce((sum, file) => sum + engines[0].scan(file).count, 0);
const microseconds = best.map((times) => times.reduce((sum, ms) => sum + ms) * 1000 / eventCount);
console.log(`${eventCount} events in ${files.length} files`);
steps.forEach(({ name }, i) =>
  console.log(
    `${microseconds[i].toFixed(2)} µs an event, ${
      (100 * microseconds[i] / microseconds[0]).toFixed(0)
    } %: ${name}`,
  )
);
