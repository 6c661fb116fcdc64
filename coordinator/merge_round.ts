import { TrailsieveError } from "../core/errors.ts";
import { lakeFilePrefix, type LakeFormat } from "../core/lake_paths.ts";
import { LIMITS } from "../core/limits.ts";
import type { LakeFileInfo, LakeStore } from "../objects/mod.ts";
import type { HourPart, HourWork, LakeFile } from "../store/mod.ts";
import type { MergeMessage, ReadMessage, RemoteFile } from "../workers/mod.ts";
import { eventFiles, type RoundChoice } from "./choose_round.ts";

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
  /** Whether all its parts are merged now. */
  readonly isWhole: boolean;
  /** Place of its rollup, where that counts just the rows of its files. */
  readonly activity: number | null;
}

/** What is merged together. */
export interface Round {
  readonly message: MergeMessage;
  readonly hours: readonly RoundHour[];
  /** Reads a range of one of the message's remote files. */
  readonly read: (request: ReadMessage) => Promise<Uint8Array>;
}

/**
 * Fetches the parts and files of the hours of a round, of the first hour at least one part. A large hour's files stay
 * where they are. Throws TrailsieveError `missing` where a file that a row names is gone.
 */
export async function readRound(
  { isLarge, works, partBytesMax }: RoundChoice,
  lake: LakeStore,
  format: LakeFormat,
  signal: AbortSignal,
): Promise<Round> {
  const files = new RoundFiles(lake, format, signal);
  const read = (request: ReadMessage) => files.read(request);
  if (isLarge) {
    const hours = [await readLargeHour(works[0], files, lake, signal)];
    return { message: files.message(hours, true), hours, read };
  }
  const hours: RoundHour[] = [];
  for (const work of works) {
    const etags = etagsOf(await foundFiles(lake, work, signal));
    const named = eventFiles(work);
    const places: number[] = [];
    for (const { path } of named) {
      const { place, etag } = await files.add(path);
      places.push(place);
      etags.set(path, etag);
    }
    const parts: HourPart[] = [];
    for (const part of work.parts) {
      if (parts.length > 0 && files.bytes >= partBytesMax) break;
      await files.addPart(part);
      parts.push(part);
    }
    const isWhole = parts.length === work.parts.length;
    const rest = { places, etags, isWhole, activity: null };
    hours.push({ work: { ...work, parts }, ...standingOf(named), ...rest });
  }
  return { message: files.message(hours, false), hours, read };
}

/** An hour that has grown beyond one file, or nearly, keeps its files. */
function standingOf(named: readonly LakeFile[]): Pick<RoundHour, "stands" | "standing"> {
  const stands = named.length > 1 ||
    named.some(({ bytes }) => bytes > LIMITS.lakeFileBytesMax / 2);
  return { stands, standing: stands ? named : [] };
}

async function readLargeHour(
  work: HourWork,
  files: RoundFiles,
  lake: LakeStore,
  signal: AbortSignal,
): Promise<RoundHour> {
  const found = await foundFiles(lake, work, signal);
  const named = eventFiles(work);
  const places = named.map(({ path }) => files.addRemote(path, found.get(path)));
  const parts: HourPart[] = [];
  let rows = 0;
  for (const part of work.parts) {
    rows += part.rowCount;
    if (parts.length > 0 && rows > LIMITS.largeMergeRowsMax) break;
    files.addRemotePart(part);
    parts.push(part);
  }
  // A rollup that is newer than its row may count rows of parts that still wait.
  const rollup = work.files.find(({ dataset }) => dataset === "activity");
  const counted = rollup === undefined ? undefined : found.get(rollup.path);
  const activity = counted?.etag === rollup?.etag && rollup !== undefined
    ? files.addRemote(rollup.path, counted)
    : null;
  const isWhole = parts.length === work.parts.length;
  const rest = { places, etags: etagsOf(found), isWhole, activity };
  return { work: { ...work, parts }, ...standingOf(named), ...rest };
}

class RoundFiles {
  /** Bytes of part files so far. */
  bytes = 0;
  readonly #lake: LakeStore;
  readonly #format: LakeFormat;
  readonly #signal: AbortSignal;
  readonly #files: (Uint8Array | RemoteFile)[] = [];
  /** Where remote files are, by their places. */
  readonly #remotes = new Map<number, { readonly path: string; readonly etag?: string }>();
  readonly #placeOfPart = new Map<string, number>();

  constructor(lake: LakeStore, format: LakeFormat, signal: AbortSignal) {
    this.#lake = lake;
    this.#format = format;
    this.#signal = signal;
  }

  async addPart(part: HourPart): Promise<void> {
    if (this.#placeOfPart.has(part.path)) return;
    this.#placeOfPart.set(part.path, (await this.add(part.path)).place);
    this.bytes += part.bytes;
  }

  /** A part, read when it is needed. */
  addRemotePart({ path, bytes }: HourPart): void {
    if (this.#placeOfPart.has(path)) return;
    this.#placeOfPart.set(path, this.#addRemote({ byteLength: bytes }, { path }));
  }

  /** A file of the lake, read when it is needed, in the version that was found. */
  addRemote(path: string, found: FoundFile | undefined): number {
    if (found === undefined) throw this.#isGone(path);
    return this.#addRemote({ byteLength: found.size }, { path, etag: found.etag });
  }

  #addRemote(file: RemoteFile, where: { readonly path: string; readonly etag?: string }): number {
    const place = this.#files.push(file) - 1;
    this.#remotes.set(place, where);
    return place;
  }

  async read({ file, offset, length }: ReadMessage): Promise<Uint8Array> {
    const { path, etag } = this.#remotes.get(file)!;
    const bytes = await this.#lake.getRange(path, offset, length, { etag, signal: this.#signal });
    // What is transferred leaves with its whole buffer.
    return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
  }

  async add(path: string): Promise<{ readonly place: number; readonly etag: string }> {
    const file = await this.#lake.get(path, { signal: this.#signal });
    if (file !== null) return { place: this.#files.push(file.bytes) - 1, etag: file.etag };
    throw this.#isGone(path);
  }

  #isGone(path: string): TrailsieveError {
    return new TrailsieveError(
      "missing",
      `Cannot compact ${this.#lake.url}${path}: the file is gone`,
      {
        stage: "compact",
        object: `${this.#lake.url}${path}`,
        advice: "later",
        hint:
          "Put it back: until then the events of its hour wait in `_work`, and other hours go on",
      },
    );
  }

  message(hours: readonly RoundHour[], isLarge: boolean): MergeMessage {
    return {
      kind: "merge",
      format: this.#format,
      files: this.#files,
      hours: hours.map(({ work, stands, places, activity }) => ({
        hourMs: work.hourMs,
        isLarge,
        parts: work.parts.map(({ path, rowStart, rowCount }) => ({
          file: this.#placeOfPart.get(path)!,
          rowStart,
          rowCount,
        })),
        existing: stands ? [] : places,
        standing: stands ? places : [],
        standingActivity: stands ? activity : null,
      })),
    };
  }
}

type FoundFile = Pick<LakeFileInfo, "etag" | "size">;

async function foundFiles(
  lake: LakeStore,
  { period, hourMs: startMs }: HourWork,
  signal: AbortSignal,
): Promise<Map<string, FoundFile>> {
  const found = new Map<string, FoundFile>();
  for (const dataset of ["events", "activity"] as const) {
    for await (const page of lake.list(lakeFilePrefix(dataset, { period, startMs }), { signal })) {
      for (const { path, etag, size } of page) found.set(path, { etag, size });
    }
  }
  return found;
}

function etagsOf(found: ReadonlyMap<string, FoundFile>): Map<string, string> {
  return new Map([...found].map(([path, { etag }]) => [path, etag]));
}
