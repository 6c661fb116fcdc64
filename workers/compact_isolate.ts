/** The isolate that merges parts into an hour's files. It reaches nothing: bytes come and go by transfer. */
import { relieveMemory } from "../core/collect_garbage.ts";
import { describeError } from "../core/errors.ts";
import type { LakeFormat } from "../core/lake_paths.ts";
import { LIMITS } from "../core/limits.ts";
import {
  ACTIVITY_COLUMNS,
  type Column,
  decodeJsonl,
  encodeJsonl,
  EVENT_COLUMNS,
  mergeHours,
} from "../parquet/mod.ts";
import type { MergedMessage, MergeEndMessage, MergeMessage } from "./compact_protocol.ts";

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<MergeMessage>) => void) | null;
  postMessage(message: MergedMessage | MergeEndMessage, transfer?: Transferable[]): void;
};

scope.onmessage = async ({ data }) => {
  try {
    await merge(data);
    scope.postMessage({ kind: "end", error: null });
  } catch (error) {
    scope.postMessage({ kind: "end", error: describeError(error) });
  }
};

async function merge({ format, files, hours }: MergeMessage): Promise<void> {
  const written = new Set(hours.flatMap(({ existing, standing }) => [...existing, ...standing]));
  const tables = await inTurn(
    [...files.entries()],
    ([place, file]) => written.has(place) ? tableOf(format, file) : Promise.resolve(file),
  );
  const inputs = hours.map(({ hourMs, parts, existing, standing }) => ({
    hourMs,
    parts: parts.map(({ file, rowStart, rowCount }) => ({
      file: tables[file],
      rowStart,
      rowCount,
    })),
    existing: existing.map((file) => tables[file]),
    standing: standing.map((file) => tables[file]),
  }));
  // JSON lines are larger than the Parquet that they are made from, and both are held at once.
  const fileBytesMax = format === "jsonl" ? LIMITS.lakeFileBytesMax / 2 : LIMITS.lakeFileBytesMax;
  for await (const { hourMs, events, activity } of mergeHours(inputs, { fileBytesMax })) {
    const merged: MergedMessage = {
      kind: "merged",
      hourMs,
      events: await inTurn(events, async (file) => ({
        ...file,
        bytes: await fileOf(format, file.bytes, EVENT_COLUMNS),
      })),
      activity: { ...activity, bytes: await fileOf(format, activity.bytes, ACTIVITY_COLUMNS) },
    };
    const buffers = [...merged.events, merged.activity].map(({ bytes }) => bytes.buffer);
    scope.postMessage(merged, buffers as ArrayBuffer[]);
    relieveMemory();
  }
}

/** A file of the lake as Parquet, which alone is merged. */
async function tableOf(format: LakeFormat, file: Uint8Array): Promise<Uint8Array> {
  return format === "parquet" ? file : await decodeJsonl(file, EVENT_COLUMNS);
}

/** Merged Parquet as a file of the lake. */
async function fileOf(
  format: LakeFormat,
  table: Uint8Array,
  columns: readonly Column[],
): Promise<Uint8Array> {
  return format === "parquet" ? table : await encodeJsonl(table, columns);
}

/** One after the other: each holds memory while it lasts. */
async function inTurn<T, R>(items: readonly T[], change: (item: T) => Promise<R>): Promise<R[]> {
  const changed: R[] = [];
  for (const item of items) changed.push(await change(item));
  return changed;
}
