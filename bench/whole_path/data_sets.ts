import { dirname } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { planTrail } from "../../generator/mod.ts";
import { logFiles } from "./log_files.ts";

/** A trail in a folder, as files of gzip. */
export interface DataSet {
  readonly name: string;
  readonly folder: string;
  readonly objects: number;
  /** Elements of `Records` in all files, redelivered ones too; null where nobody has counted. */
  readonly events: number | null;
  readonly bytes: number;
  /** Whether it is also read from an S3 server. */
  readonly isForS3: boolean;
}

const SEED = 1;
const LARGE_FILE_EVENTS = 50_000;
const TINY_FILE_EVENTS = 8;
const DAY_MS = 86_400_000;
const START_AT = Date.UTC(2026, 2, 2);

/**
 * Writes the generated data sets below a folder, of so many distinct events each: the same for the same number. The
 * tiny files hold a fifth of the events, since a file costs what hundreds of events do.
 */
export async function generateDataSets(folder: string, events: number): Promise<DataSet[]> {
  const day = await write("one day of an organization", `${folder}/day`, filesOfDay(events));
  const large = await generateLargeFiles(folder, events);
  return [day, large, await generateTinyFiles(folder, Math.ceil(events / 5))];
}

/** A day of so many distinct events in files of 50,000. */
export function generateLargeFiles(folder: string, events: number): Promise<DataSet> {
  const files = repack(filesOfDay(events), LARGE_FILE_EVENTS);
  return write("few large files", `${folder}/large`, files);
}

/** A day of so many distinct events in files of eight. */
export async function generateTinyFiles(folder: string, events: number): Promise<DataSet> {
  const files = repack(filesOfDay(events), TINY_FILE_EVENTS);
  return { ...await write("many tiny files", `${folder}/tiny`, files), isForS3: true };
}

/** A trail that is there already. */
export async function existingDataSet(folder: string): Promise<DataSet> {
  let objects = 0;
  let bytes = 0;
  for await (const path of logFiles(folder)) {
    objects++;
    bytes += (await Deno.stat(path)).size;
  }
  return { name: folder, folder, objects, events: null, bytes, isForS3: false };
}

interface LogFile {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly events: number;
}

async function write(name: string, folder: string, files: Iterable<LogFile>): Promise<DataSet> {
  const set = { objects: 0, events: 0, bytes: 0 };
  for (const file of files) {
    const path = `${folder}/${file.key}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, file.bytes);
    set.objects++;
    set.events += file.events;
    set.bytes += file.bytes.length;
  }
  return { name, folder, ...set, isForS3: false };
}

/** The log files of a generated day, without digests and Insights, which DuckDB would take for logs. */
function* filesOfDay(events: number): Generator<LogFile> {
  const plan = planTrail({ seed: SEED, events, days: 1, startAt: START_AT });
  for (const { key, bytes, eventCount } of plan.objects()) {
    if (eventCount > 0) yield { key, bytes, events: eventCount };
  }
}

/** The same records in files of another size, named as CloudTrail names them. */
function* repack(files: Iterable<LogFile>, fileEvents: number): Generator<LogFile> {
  let records: string[] = [];
  let count = 0;
  const pack = (): LogFile => {
    const at = new Date(START_AT + (count * 60_000) % DAY_MS).toISOString();
    const [day, minute] = [at.slice(0, 10), at.slice(0, 16).replace(/[-:]/g, "")];
    const account = "111122223333";
    const name = `${account}_CloudTrail_us-east-1_${minute}Z_${String(count).padStart(16, "0")}`;
    const folder = `AWSLogs/${account}/CloudTrail/us-east-1/${day.replaceAll("-", "/")}`;
    const bytes = gzipSync(`{"Records":[${records.join(",")}]}`);
    const file = { key: `${folder}/${name}.json.gz`, bytes, events: records.length };
    records = [];
    count++;
    return file;
  };
  for (const { bytes } of files) {
    const log: { Records: unknown[] } = JSON.parse(gunzipSync(bytes).toString());
    for (const record of log.Records) {
      records.push(JSON.stringify(record));
      if (records.length === fileEvents) yield pack();
    }
  }
  if (records.length > 0) yield pack();
}
