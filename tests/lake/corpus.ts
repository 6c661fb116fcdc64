import { gunzipSync } from "node:zlib";
import { arrayElements, objectMembers } from "../../core/json_text.ts";

/** Real logs beside the repository; absent where the project stands alone. */
export const CORPUS = new URL("../../../shared/corpus/", import.meta.url);

/** Whether the real logs are there. */
export function hasCorpus(): boolean {
  try {
    return Deno.statSync(CORPUS).isDirectory;
  } catch {
    return false;
  }
}

/** The records of the real logs as their own text, with the file that each is from. */
export function* corpusRecords(): Generator<{ text: string; file: string }> {
  for (const folder of ["trail/", "organization-trail/", "event-versions/", "detonations/"]) {
    for (const url of filesOf(new URL(folder, CORPUS))) yield* recordsOf(url);
  }
}

function* filesOf(folder: URL): Generator<URL> {
  for (const entry of [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (entry.isDirectory) yield* filesOf(new URL(`${encodeURIComponent(entry.name)}/`, folder));
    else if (/\.json(\.gz)?$/.test(entry.name)) {
      yield new URL(encodeURIComponent(entry.name), folder);
    }
  }
}

function* recordsOf(url: URL): Generator<{ text: string; file: string }> {
  const bytes = Deno.readFileSync(url);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = new TextDecoder().decode(isGzip ? gunzipSync(bytes) : bytes).trim();
  const list = text.startsWith("[")
    ? text
    : objectMembers(text).find((member) => member.name === "Records")?.text;
  if (list === undefined) return;
  for (const record of arrayElements(list)) {
    if (record.startsWith("{")) yield { text: record, file: url.href };
  }
}
