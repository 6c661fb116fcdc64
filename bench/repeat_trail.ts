/**
 * Repeats the log files of a folder until there are so many events, each time as other events at the same instants:
 * `deno run -A bench/repeat_trail.ts FOLDER OUT EVENTS`. OUT is then a trail for `deno task bench --trail OUT`.
 */
import { dirname, relative } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { logFiles } from "./whole_path/log_files.ts";

const [folder, out, wanted] = Deno.args;

/** `"eventID":"0123…"`: its first eight digits are exchanged, so that a copy is another event of the same size. */
const EVENT_ID = /("eventID"\s*:\s*")[0-9a-f]{8}(?=-)/g;

const files: { key: string; text: string; events: number }[] = [];
for await (const path of logFiles(folder)) {
  const text = gunzipSync(await Deno.readFile(path)).toString();
  const log: { Records?: unknown } = JSON.parse(text);
  if (!Array.isArray(log.Records) || log.Records.length === 0) continue;
  files.push({ key: relative(folder, path), text, events: log.Records.length });
}
if (files.length === 0) throw new Error(`No log files of events in ${folder}`);
files.sort((a, b) => a.key < b.key ? -1 : 1);

let [events, objects] = [0, 0];
for (let copy = 0; events < Number(wanted); copy++) {
  const head = copy.toString(16).padStart(8, "0");
  for (const file of files) {
    if (events >= Number(wanted)) break;
    const path = `${out}/${file.key.replace(/\.json\.gz$/, `${head}.json.gz`)}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, gzipSync(file.text.replace(EVENT_ID, `$1${head}`)));
    events += file.events;
    objects++;
  }
}
console.log(`${events} events in ${objects} objects`);
