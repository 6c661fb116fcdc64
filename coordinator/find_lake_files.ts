import { createGunzip } from "node:zlib";
import { Readable } from "node:stream";
import { TrailsieveError } from "../core/errors.ts";
import { DAY_MS } from "../core/hours.ts";
import { type LakeFileName, type LakeFormat, parseLakeFilePath } from "../core/lake_paths.ts";
import { logOf } from "../core/log.ts";
import type { LakeFileInfo, LakeStore } from "../objects/mod.ts";
import { TableReader } from "../parquet/mod.ts";
import type { LakeFile } from "../store/mod.ts";

/** Files that are looked into at the same time. */
const FILES_AT_ONCE = 8;

const log = logOf("lake");

/** A file of events by its name, and the version that was found. */
interface Found extends LakeFileName {
  readonly info: LakeFileInfo;
}

/**
 * Finds the files of events that a lake has before a database is tied to it: another one wrote them, or this one
 * before it was tied to another lake. Without them, an hour of which events are read would be written anew and lose
 * what is there. Of each file the footer is read, of JSON lines all. Throws TrailsieveError where the lake cannot be
 * read.
 */
export async function findLakeFiles(
  lake: LakeStore,
  format: LakeFormat,
  signal?: AbortSignal,
): Promise<LakeFile[]> {
  const found: Found[] = [];
  let other: string | null = null;
  for await (const page of lake.list("events/", { signal })) {
    for (const info of page) {
      const name = parseLakeFilePath(info.path);
      if (name?.format === format) found.push({ ...name, info });
      else if (name !== null) other = info.path;
    }
  }
  if (other !== null) {
    log.warn(
      `${lake.url} has files of another format, such as ${other}: they are left alone, and an event of theirs that ` +
        "is delivered again is there twice. Use another --lake",
    );
  }
  const own = ownFiles(found);
  if (own.length > 0) {
    log.warn(
      `${lake.url} has files that this database does not know, such as ${
        own[0].info.path
      }: they are taken over, ` +
        `${own.length} in all. A lake serves one database; if another one still writes there, use another --lake`,
    );
  }
  const files: LakeFile[] = new Array(own.length);
  const waiting = own.entries();
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, async () => {
    for (const [i, { dataset, startMs: hourMs, index, info: { path, etag, size } }] of waiting) {
      const rows = await countRows(lake, own[i], signal);
      files[i] = { dataset, hourMs, index, path, etag, rows, conflicts: 0, bytes: size };
    }
  }));
  return files;
}

/** Of each day the files of one cadence, which are hourly ones if there are any; of each period those without a gap. */
function ownFiles(found: readonly Found[]): Found[] {
  const dayOf = ({ startMs }: Found) => Math.floor(startMs / DAY_MS);
  const hourly = new Set(found.filter(({ period }) => period === "hour").map(dayOf));
  const periods = Map.groupBy(
    found.filter((file) => file.period === "hour" || !hourly.has(dayOf(file))),
    ({ startMs }) => startMs,
  );
  return [...periods.values()].flatMap((files) =>
    files.sort((a, b) => a.index - b.index).filter((file, i) => file.index === i)
  );
}

/** Rows of a file; 0 where it is damaged, of which compaction of its hour will speak. */
async function countRows(lake: LakeStore, { format, info }: Found, signal?: AbortSignal) {
  const { path, size: byteLength, etag } = info;
  try {
    if (format === "jsonl") return await countLines((await lake.get(path, { signal }))!.bytes);
    const slice = (start: number, end: number) =>
      lake.getRange(path, start, end - start, { etag, signal });
    return (await TableReader.open({ byteLength, slice })).rowCount;
  } catch (error) {
    const isDamage = !(error instanceof TrailsieveError) || error.code === "corrupt";
    if (!isDamage || signal?.aborted) throw error;
    return 0;
  }
}

async function countLines(gzip: Uint8Array): Promise<number> {
  let lines = 0;
  for await (const chunk of Readable.from([gzip]).pipe(createGunzip())) {
    for (const byte of chunk as Uint8Array) if (byte === 0x0a) lines++;
  }
  return lines;
}
