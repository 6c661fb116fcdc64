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
  mergeLargeHour,
  type TableFile,
} from "../parquet/mod.ts";
import type { FromMerger, MergedMessage, MergeMessage, ToMerger } from "./compact_protocol.ts";
import { RemoteFiles } from "./remote_files.ts";

type Hour = MergeMessage["hours"][number];

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToMerger>) => void) | null;
  postMessage(message: FromMerger, transfer?: Transferable[]): void;
};

const reads = new Map<number, PromiseWithResolvers<Uint8Array>>();
let readCount = 0;
let written = Promise.withResolvers<void>();

scope.onmessage = ({ data }) => {
  switch (data.kind) {
    case "merge":
      merge(data).then(
        () => scope.postMessage({ kind: "end", error: null }),
        (error) => scope.postMessage({ kind: "end", error: describeError(error) }),
      );
      return;
    case "range": {
      const waiting = reads.get(data.id)!;
      reads.delete(data.id);
      if (data.bytes !== null) waiting.resolve(data.bytes);
      else waiting.reject(new Error("a file cannot be read"));
      return;
    }
    case "written":
      if (data.isWritten) written.resolve();
      else written.reject(new Error("a file cannot be written"));
      return;
    default:
      data satisfies never;
  }
};

async function merge({ format, files, hours }: MergeMessage): Promise<void> {
  const remote = new RemoteFiles((file, offset, length) => {
    const id = readCount++;
    const answer = Promise.withResolvers<Uint8Array>();
    reads.set(id, answer);
    scope.postMessage({ kind: "read", id, file, offset, length });
    return answer.promise;
  });
  const lakeFiles = new Set(hours.flatMap(({ existing, standing }) => [...existing, ...standing]));
  const tables: TableFile[] = [];
  for (const [place, file] of files.entries()) {
    if (!(file instanceof Uint8Array)) tables.push(remote.file(place, file));
    else tables.push(lakeFiles.has(place) ? await tableOf(format, file) : file);
  }
  await mergeSorted(format, tables, hours.filter(({ isLarge }) => !isLarge));
  for (const hour of hours.filter(({ isLarge }) => isLarge)) await mergeLarge(tables, hour);
}

async function mergeSorted(
  format: LakeFormat,
  tables: readonly TableFile[],
  hours: readonly Hour[],
): Promise<void> {
  // JSON lines are larger than the Parquet that they are made from, and both are held at once.
  const fileBytesMax = format === "jsonl" ? LIMITS.lakeFileBytesMax / 2 : LIMITS.lakeFileBytesMax;
  const inputs = hours.map(withTables(tables));
  const options = { fileBytesMax, onProgress: relieveMemory };
  for await (const { hourMs, events, activity } of mergeHours(inputs, options)) {
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

async function mergeLarge(tables: readonly TableFile[], hour: Hour): Promise<void> {
  const { hourMs, standingActivity } = hour;
  const input = {
    ...withTables(tables)(hour),
    standingActivity: standingActivity === null ? null : tables[standingActivity],
    onProgress: relieveMemory,
  };
  for await (const output of mergeLargeHour(input)) {
    const { bytes, rows } = output;
    if (output.kind === "activity") {
      const message = { kind: "merged" as const, hourMs, events: [], activity: { bytes, rows } };
      scope.postMessage(message, [bytes.buffer]);
    } else {
      written = Promise.withResolvers();
      scope.postMessage({ ...output, hourMs }, [bytes.buffer]);
      await written.promise;
    }
  }
}

function withTables(tables: readonly TableFile[]) {
  return ({ hourMs, parts, existing, standing }: Hour) => ({
    hourMs,
    parts: parts.map(({ file, ...rows }) => ({ file: tables[file], ...rows })),
    existing: existing.map((file) => tables[file]),
    standing: standing.map((file) => tables[file]),
  });
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
