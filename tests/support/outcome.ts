import { walk } from "./walk.ts";
import { canonicalJson } from "../../core/json_text.ts";
import { decodeJsonl, EVENT_COLUMNS, readTable } from "../../parquet/mod.ts";

/** What a run left behind, in the sense in which two runs are compared: as sorted lists. */
export interface RunOutcome {
  readonly alerts: readonly string[];
  readonly rows: readonly string[];
}

/** Alerts without `detected_at` and `source_object`, rows without `source_object`. */
export async function outcomeOf(alertsPath: string, lakeFolder: string): Promise<RunOutcome> {
  return { alerts: await alertsOf(alertsPath), rows: await rowsOf(lakeFolder) };
}

/** Each alert of a `file:` sink as canonical JSON, without what may differ between equal runs, sorted. */
export async function alertsOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return text.split("\n").filter((line) => line !== "").map(comparableAlert).sort();
}

/** An alert's JSON in canonical form, without what may differ between equal runs. */
export function comparableAlert(json: string): string {
  const { detected_at: _detectedAt, source_object: _sourceObject, ...alert } = JSON.parse(json);
  return canonicalJson(JSON.stringify(alert));
}

const COMPARED = EVENT_COLUMNS.map(({ name }) => name).filter((name) => name !== "source_object");

/** The event id of each row of `events`, sorted. */
export async function eventIdsOf(lakeFolder: string): Promise<string[]> {
  const place = COMPARED.indexOf("event_id");
  return (await rowsOf(lakeFolder)).map((row) => JSON.parse(row)[place]).sort();
}

/** Each row of `events` as a JSON list, without its source object, sorted. */
export async function rowsOf(lakeFolder: string): Promise<string[]> {
  const rows: string[] = [];
  for await (const path of walk(`${lakeFolder}/events`)) {
    const file = await Deno.readFile(path);
    rows.push(
      ...await rowsOfFile(
        path.endsWith(".jsonl.gz") ? await decodeJsonl(file, EVENT_COLUMNS) : file,
      ),
    );
  }
  return rows.sort();
}

/** The rows of one file of `events`, each as a JSON list, without its source object. */
export async function rowsOfFile(bytes: Uint8Array): Promise<string[]> {
  const { rowCount, values } = await readTable(bytes, { columns: COMPARED });
  return Array.from(
    { length: rowCount },
    (_, row) => JSON.stringify(values.map((column) => column[row])),
  );
}
