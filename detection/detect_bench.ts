/**
 * What detection costs behind the worker's scanner, beside gunzip and parsing of the same events:
 * `deno bench -A detection/detect_bench.ts`. Uses the real logs where they lie beside the project, else
 * events made up here; and generated ones.
 */
import type { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import { loadPack } from "../bench/pack_recall/pack.ts";
import { planTrail } from "../generator/mod.ts";
import { type RecordBatch, RecordScanner } from "../workers/scan_records.ts";
import { ScannedRecord } from "../workers/scanned_record.ts";
import { compileRules } from "./compile.ts";
import type { Detector } from "./detector.ts";
import { Event } from "./event.ts";
import { SigmaCollection } from "./sigma/collection.ts";

/** One for all events, as the worker has it. */
const record = new ScannedRecord();
const event = new Event(record);
const pack = await loadPack();
await benchOn("real or made-up events", await readFiles());
await benchOn("quiet generated events", quietFiles());

async function benchOn(group: string, files: readonly Uint8Array[]): Promise<void> {
  const batches = files.map(scan);
  const thousand = await syntheticDetector(1000, batches);
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  console.log(
    `${group}: ${count} in ${files.length} files, ${pack.rules.length} rules in the pack`,
  );

  /** One file an iteration, and all of them in turn. */
  const eachFile = (name: string, step: (file: Uint8Array, b: Deno.BenchContext) => void) => {
    let next = 0;
    const baseline = name.includes("JSON.parse");
    Deno.bench(`${name}, ${group}`, { group, baseline, n: 20 * files.length }, (b) => {
      step(files[next++ % files.length], b);
    });
  };
  eachFile("gunzip and JSON.parse", (file) => JSON.parse(gunzipSync(file).toString()));
  eachFile("gunzip and scan", (file) => scan(file));
  const detectors = { "the pack": pack, "1,000 rules": thousand };
  for (const [rules, detector] of Object.entries(detectors)) {
    eachFile(`detect with ${rules}`, (file, b) => {
      // As in the worker, the bytes were just scanned when rules read them.
      const batch = scan(file);
      b.start();
      detect(detector, [batch]);
      b.end();
    });
  }
  Deno.bench(`all files with 1,000 rules, without index, ${group}`, { group }, () => {
    forEachRecord(batches, (event) => {
      for (const rule of thousand.rules) rule.matches(event);
    });
  });
}

function scan(file: Uint8Array): RecordBatch {
  return new RecordScanner().push(gunzipSync(file) as Buffer, true);
}

function detect(detector: Detector, batches: readonly RecordBatch[]): void {
  const onMatch = () => {};
  const onError = (_rule: unknown, error: unknown) => {
    throw error;
  };
  forEachRecord(batches, (event) => detector.evaluate(event, onMatch, onError));
}

/** As the worker goes through them. */
function forEachRecord(
  batches: readonly RecordBatch[],
  visit: (event: Event, record: ScannedRecord) => void,
): void {
  for (const batch of batches) {
    record.useBatch(batch);
    for (let i = 0; i < batch.count; i++) {
      record.moveTo(i);
      event.reset(record);
      visit(event, record);
    }
  }
}

/** What most traffic looks like: a day on which nobody attacks. */
function quietFiles(): Uint8Array[] {
  const plan = planTrail({ seed: 3, events: 3000, stories: false, days: 1, accounts: 6 });
  return [...plan.objects()].filter(({ kind }) => kind === "log").map(({ bytes }) => bytes);
}

/** Rules as people write them: most on a source and names, some on other fields as well, few on these alone. */
async function syntheticDetector(
  count: number,
  batches: readonly RecordBatch[],
): Promise<Detector> {
  const allNames = new Set<string>();
  const allSources = new Set<string>();
  forEachRecord(batches, (_event, record) => {
    allNames.add(record.string("eventName") ?? "x");
    allSources.add(record.string("eventSource") ?? "x");
  });
  const names = [...allNames];
  const sources = [...allSources];
  const documents = Array.from({ length: count }, (_, i) => {
    const some = names[(i * 7) % names.length];
    const others = [`Delete${some}`, `Update${some}`, `Put${some}${i}`];
    const selection = i % 20 === 0
      ? { "userAgent|contains": `tool-${i}`, "userIdentity.type": "IAMUser" }
      : i % 10 === 1
      ? { "eventName|startswith": `Delete${some}`, "userIdentity.arn|endswith": `:user/u${i}` }
      : {
        eventSource: sources[(i * 3) % sources.length],
        eventName: i % 5 === 2 ? [some, ...others] : others,
        "requestParameters.name|contains": `n${i}`,
      };
    return JSON.stringify({
      title: `Rule ${i}`,
      id: `r${i}`,
      logsource: { product: "aws", service: "cloudtrail" },
      detection: {
        selection,
        filter: { "userIdentity.invokedBy|endswith": ".amazonaws.com" },
        condition: "selection and not filter",
      },
    });
  });
  const collection = new SigmaCollection({});
  await collection.add("rules.yml", new TextEncoder().encode(documents.join("\n---\n")));
  const detector = await compileRules(collection.finish({ othersMayBeNamed: false }).specs);
  if (detector.rules.length !== count) throw new Error(`Only ${detector.rules.length} rules load`);
  return detector;
}

async function readFiles(): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  const pending = [new URL("../../shared/corpus/trail", import.meta.url).pathname];
  while (pending.length > 0) {
    const folder = pending.pop()!;
    try {
      for await (const entry of Deno.readDir(folder)) {
        const path = `${folder}/${entry.name}`;
        if (entry.isDirectory) pending.push(path);
        else if (entry.name.endsWith(".json.gz")) found.push(await Deno.readFile(path));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found.length > 0 ? found : [gzipSync(JSON.stringify({ Records: madeUpRecords() }))];
}

function madeUpRecords(): unknown[] {
  return Array.from({ length: 3000 }, (_, i) => ({
    eventVersion: "1.08",
    userIdentity: {
      type: i % 3 === 0 ? "IAMUser" : "AssumedRole",
      arn: `arn:aws:iam::111122223333:user/u${i % 50}`,
      accountId: "111122223333",
      sessionContext: { attributes: { mfaAuthenticated: "false" } },
    },
    eventTime: new Date(1_700_000_000_000 + i * 1000).toISOString(),
    eventSource: `service${i % 30}.amazonaws.com`,
    eventName: `${["Get", "List", "Describe", "Put"][i % 4]}Thing${i % 170}`,
    awsRegion: "eu-west-1",
    sourceIPAddress: `192.0.2.${i % 250}`,
    userAgent: "aws-cli/2.15 Python/3.11 ".repeat(3),
    requestParameters: {
      name: `n${i}`,
      items: Array.from({ length: 8 }, (_, j) => ({ id: i + j })),
    },
    responseElements: null,
    requestID: crypto.randomUUID(),
    eventID: crypto.randomUUID(),
    readOnly: i % 4 !== 3,
    recipientAccountId: "111122223333",
  }));
}
