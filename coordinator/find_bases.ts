import { dayOfKey, isYear, placeOfPrefix, type PrefixPlace } from "../core/key_places.ts";
import { placeOfKey } from "../core/keys.ts";
import { LIMITS } from "../core/limits.ts";
import type { ObjectRef } from "../core/types.ts";
import type { Source } from "../objects/mod.ts";
import { classifyLevel, type LevelKind } from "./classify_level.ts";

/** Where objects of a source lie. */
export type Found =
  /** A dated base, e.g. `…/CloudTrail/us-east-1/`: below it are folders `YYYY/MM/DD/`. */
  | { readonly kind: "base"; readonly prefix: string; readonly place: PrefixPlace }
  /** A prefix without days: everything below it has to be listed. */
  | { readonly kind: "flat"; readonly prefix: string; readonly place: PrefixPlace }
  /** Objects that lie beside folders. */
  | { readonly kind: "objects"; readonly refs: readonly ObjectRef[] };

/**
 * Finds where the objects of a source lie, by delimiter listing from its prefix down: some requests for each
 * account and region, none for days or objects. Every object lies below a `base` or `flat` prefix or is among
 * `objects`; one that lies beside a base's years is given twice, by the base's range and as `objects`.
 *
 * To list some days of a base, give `rangeOfDays(base, fromMs, toMs)` of core/key_places.ts to `source.list(base,
 * { ...range, signal })`: it makes no request outside of the range, and several ranges may be listed in parallel.
 *
 * @param options.wants asked for each prefix by what it shows (`wantsPlace` of choose_objects.ts); what it refuses
 *   is neither listed nor given. Default: all.
 * Throws the source's TrailsieveError if a level cannot be listed, and the signal's reason.
 */
export async function* findBases(
  source: Source,
  options: { readonly signal?: AbortSignal; readonly wants?: (place: PrefixPlace) => boolean } = {},
): AsyncGenerator<Found> {
  const { signal, wants = () => true } = options;
  let waiting = [source.prefix].filter((prefix) => wants(placeOfPrefix(prefix)));
  while (waiting.length > 0) {
    const batch = waiting.slice(0, LIMITS.listConcurrency);
    const found = await Promise.all(batch.map((prefix) => look(source, prefix, signal)));
    const below: string[] = [];
    for (const [i, { level, refs }] of found.entries()) {
      const prefix = batch[i];
      const place = placeOfPrefix(prefix);
      if (level === null) {
        yield { kind: "flat", prefix, place };
        continue;
      }
      if (refs.length > 0) yield { kind: "objects", refs };
      if (level.isBase) yield { kind: "base", prefix, place };
      below.push(...level.folders.filter((folder) => wants(placeOfPrefix(folder))));
    }
    // Depth first: what waits stays as small as a few levels.
    waiting = [...below, ...waiting.slice(batch.length)];
  }
}

/** One level; null where it has to be listed flat. */
async function look(
  source: Source,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly level: LevelKind | null; readonly refs: readonly ObjectRef[] }> {
  const refs: ObjectRef[] = [];
  const children: string[] = [];
  for await (const page of source.listLevel(prefix, { signal })) {
    for (const ref of page.refs) refs.push(ref);
    for (const child of page.prefixes) children.push(child);
    if (refs.length > LIMITS.levelObjectsMax) return { level: null, refs: [] };
  }
  const objectCount = refs.filter((ref) => !ref.key.endsWith("/")).length;
  const level = classifyLevel({ prefix, sourcePrefix: source.prefix, children, objectCount });
  if (level.isEndless && !await hasLayout(source, level.folders[0], signal)) {
    return { level: null, refs: [] };
  }
  const years = await yearsAboveLayout(source, prefix, children, signal);
  return { level: { ...level, folders: [...level.folders, ...years] }, refs };
}

/** Keys at which a year is probed for the first object, past markers of folders. */
const PROBE_KEYS = 20;

/**
 * Folders of years that lead to CloudTrail's layout instead of days, as in an archive with a folder for each year:
 * `2025/AWSLogs/…`. Two requests a year, and none where the prefix itself lies within that layout.
 */
async function yearsAboveLayout(
  source: Source,
  prefix: string,
  children: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  if (placeOfPrefix(prefix).account !== null) return [];
  const found: string[] = [];
  for (const year of children.filter((child) => isYear(child.slice(prefix.length)))) {
    // The year's first object, and the first behind its last day: digits come before letters.
    for (const startAfter of [year, `${year}12/32`]) {
      const key = await firstKey(source, year, startAfter, signal);
      if (key === null || dayOfKey(prefix, key) !== null || placeOfKey(key) === null) continue;
      found.push(year);
      break;
    }
  }
  return found;
}

async function firstKey(
  source: Source,
  prefix: string,
  startAfter: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  for await (
    const page of source.list(prefix, { startAfter, pageKeysMax: PROBE_KEYS, signal })
  ) {
    return page.find((ref) => !ref.key.endsWith("/"))?.key ?? null;
  }
  return null;
}

/** Whether the first key below a prefix looks like CloudTrail's layout: one request. */
export async function hasLayout(
  source: Source,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for await (const [ref] of source.list(prefix, { pageKeysMax: 1, signal })) {
    const year = /(?<=\/)\d{4}\//.exec(ref.key.slice(prefix.length - 1));
    const base = year === null ? prefix : ref.key.slice(0, prefix.length - 1 + year.index);
    return placeOfKey(ref.key) !== null || dayOfKey(base, ref.key) !== null;
  }
  return false;
}
