import { TrailsieveError } from "../core/errors.ts";
import { lakeFilePrefix, type LakeFormat } from "../core/lake_paths.ts";
import { LIMITS } from "../core/limits.ts";
import type { LakeStore } from "../objects/mod.ts";
import type { HourPart, HourWork, LakeFile } from "../store/mod.ts";
import type { MergeMessage } from "../workers/mod.ts";

/** Bytes of part files that are merged at a time; what is beyond waits for the next round. */
const MERGE_BYTES_MAX = 64 * 1024 * 1024;

/** An hour of a round: its work with the parts that are merged now, and what its files are now. */
export interface RoundHour {
  readonly work: HourWork;
  /** Whether its files stay as they are, because the hour has grown beyond one file. */
  readonly stands: boolean;
  /** Files that stay. */
  readonly standing: readonly LakeFile[];
  /** Places of its files among the round's files. */
  readonly places: readonly number[];
  /** ETags of all its files that were found, by path, whatever rows say: conditional writes compare these. */
  readonly etags: ReadonlyMap<string, string>;
}

/** What is merged together. */
export interface Round {
  readonly message: MergeMessage;
  readonly hours: readonly RoundHour[];
  /** Hours for which there was no room: to be released. */
  readonly leftOut: readonly HourWork[];
}

/**
 * Fetches the parts and files of as many of the hours as fit, of the first hour at least one part. Throws
 * TrailsieveError `missing` where a file that a row names is gone.
 */
export async function readRound(
  works: readonly HourWork[],
  lake: LakeStore,
  format: LakeFormat,
  signal: AbortSignal,
): Promise<Round> {
  const files = new RoundFiles(lake, format, signal);
  const hours: RoundHour[] = [];
  const leftOut: HourWork[] = [];
  for (const work of works) {
    const fits = files.bytes + files.newBytes(work.parts) <= MERGE_BYTES_MAX;
    if (hours.length > 0 && !fits) {
      leftOut.push(work);
      continue;
    }
    const etags = await foundEtags(lake, work, signal);
    const named = work.files.filter((file) => file.dataset === "events");
    const places: number[] = [];
    for (const { path } of named) {
      const { place, etag } = await files.add(path);
      places.push(place);
      etags.set(path, etag);
    }
    const parts: HourPart[] = [];
    for (const part of work.parts) {
      if (parts.length > 0 && files.bytes >= MERGE_BYTES_MAX) break;
      await files.addPart(part);
      parts.push(part);
    }
    const stands = named.length > 1 ||
      named.some(({ bytes }) => bytes > LIMITS.lakeFileBytesMax / 2);
    hours.push({ work: { ...work, parts }, stands, standing: stands ? named : [], places, etags });
  }
  return { message: files.message(hours), hours, leftOut };
}

class RoundFiles {
  /** Bytes of part files so far. */
  bytes = 0;
  readonly #lake: LakeStore;
  readonly #format: LakeFormat;
  readonly #signal: AbortSignal;
  readonly #files: Uint8Array[] = [];
  readonly #placeOfPart = new Map<string, number>();

  constructor(lake: LakeStore, format: LakeFormat, signal: AbortSignal) {
    this.#lake = lake;
    this.#format = format;
    this.#signal = signal;
  }

  newBytes(parts: readonly HourPart[]): number {
    const fresh = new Map(parts.map((part) => [part.path, part.bytes]));
    let bytes = 0;
    for (const [path, size] of fresh) if (!this.#placeOfPart.has(path)) bytes += size;
    return bytes;
  }

  async addPart(part: HourPart): Promise<void> {
    if (this.#placeOfPart.has(part.path)) return;
    this.#placeOfPart.set(part.path, (await this.add(part.path)).place);
    this.bytes += part.bytes;
  }

  async add(path: string): Promise<{ readonly place: number; readonly etag: string }> {
    const file = await this.#lake.get(path, { signal: this.#signal });
    if (file !== null) return { place: this.#files.push(file.bytes) - 1, etag: file.etag };
    throw new TrailsieveError(
      "missing",
      `Cannot compact ${this.#lake.url}${path}: the file is gone`,
      {
        stage: "compact",
        object: `${this.#lake.url}${path}`,
        advice: "later",
        hint: "Put it back, or read its objects again with `backfill --again`",
      },
    );
  }

  message(hours: readonly RoundHour[]): MergeMessage {
    return {
      kind: "merge",
      format: this.#format,
      files: this.#files,
      hours: hours.map(({ work, stands, places }) => ({
        hourMs: work.hourMs,
        parts: work.parts.map(({ path, rowStart, rowCount }) => ({
          file: this.#placeOfPart.get(path)!,
          rowStart,
          rowCount,
        })),
        existing: stands ? [] : places,
        standing: stands ? places : [],
      })),
    };
  }
}

async function foundEtags(
  lake: LakeStore,
  { period, hourMs: startMs }: HourWork,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const etags = new Map<string, string>();
  for (const dataset of ["events", "activity"] as const) {
    for await (const page of lake.list(lakeFilePrefix(dataset, { period, startMs }), { signal })) {
      for (const { path, etag } of page) etags.set(path, etag);
    }
  }
  return etags;
}
