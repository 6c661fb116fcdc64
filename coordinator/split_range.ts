/** Cutting the rest of a long listing into key ranges, so that several visits list it at once. */
import { compareCodePoints } from "../core/json_text.ts";
import { DAY_MS, HOUR_MS } from "../core/hours.ts";
import { dayFolder, dayOfKey, placeOfPrefix } from "../core/key_places.ts";
import type { Source } from "../objects/mod.ts";

/** Keys behind `startKey`, up to and including `endKey`; empty is open. */
export interface KeyPiece {
  readonly startKey: string;
  readonly endKey: string;
}

/** Requests that finding sampled keys may cost; a listing that needs it has thousands. */
const PROBES_MAX = 64;
/** No key sorts behind a prefix followed by this. */
const LAST_CHARACTER = "\u{10FFFF}";

/**
 * Cuts what lies behind a key of a base by arithmetic: into days, or within the last day by the hours in
 * CloudTrail's names. None where the names tell no time.
 * @param endKey end of the range, empty for the base's end
 */
export function splitByTime(
  base: string,
  afterKey: string,
  endKey: string,
  nowMs: number,
  piecesMax: number,
): KeyPiece[] {
  const firstDay = dayOfKey(base, afterKey);
  if (firstDay === null) return [];
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const endDay = endKey === "" ? today + DAY_MS : dayOfKey(base, `${endKey}/x`) ?? firstDay;
  const days = Math.round((endDay - firstDay) / DAY_MS);
  const edges: string[] = [];
  if (days >= 2) {
    const step = Math.ceil(days / piecesMax);
    for (let day = step; day < days; day += step) {
      edges.push(base + dayFolder(firstDay + day * DAY_MS).slice(0, -1));
    }
  } else {
    const { account, service, region } = placeOfPrefix(base);
    const head = `${base}${dayFolder(firstDay)}${account}_${service}_${region}_`;
    if (!afterKey.startsWith(head) || !/^\d{8}T\d{4}Z_/.test(afterKey.slice(head.length))) {
      return [];
    }
    const nextHour = Number(afterKey.slice(head.length).slice(9, 11)) + 1;
    const step = Math.ceil((24 - nextHour + 1) / piecesMax);
    for (let hour = nextHour; hour < 24; hour += step) {
      const time = new Date(firstDay + hour * HOUR_MS).toISOString().slice(0, 13);
      edges.push(`${head}${time.replaceAll("-", "")}`);
    }
  }
  return piecesOf(afterKey, edges.filter((edge) => isWithin(edge, afterKey, endKey)), endKey);
}

/**
 * Cuts what lies behind a key of a prefix by sampled keys: single keys are asked for behind those that share more
 * and more of its beginning, then behind each other's, until there are enough. None where there are none.
 * @param afterKey a key below the prefix. Throws the source's TrailsieveError.
 */
export async function splitBySamples(
  source: Source,
  prefix: string,
  afterKey: string,
  endKey: string,
  options: { readonly piecesMax: number; readonly signal?: AbortSignal },
): Promise<KeyPiece[]> {
  let probes = 0;
  const firstBehind = async (head: string): Promise<string | null> => {
    probes++;
    const range = { startAfter: head + LAST_CHARACTER, pageKeysMax: 1, signal: options.signal };
    for await (const [ref] of source.list(prefix, range)) {
      return endKey === "" || compareCodePoints(ref.key, endKey) < 0 ? ref.key : null;
    }
    return null;
  };
  const samples = new Set<string>();
  // Groups of keys that share `head`; `first` is one of them. In each, keys that differ from the first are looked for.
  const groups = [{ head: prefix, first: afterKey }];
  while (groups.length > 0 && samples.size < options.piecesMax * 2 && probes < PROBES_MAX) {
    const { head, first } = groups.shift()!;
    const isInGroup = (key: string | null): key is string => key !== null && key.startsWith(head);
    // The shortest beginning of `first` that some key of the group behind it does not share.
    const ends = [...first.slice(head.length)].reduce<string[]>(
      (all, character) => [...all, (all.at(-1) ?? head) + character],
      [],
    );
    let [low, high] = [0, ends.length];
    while (low < high && probes < PROBES_MAX) {
      const middle = (low + high) >> 1;
      if (isInGroup(await firstBehind(ends[middle]))) high = middle;
      else low = middle + 1;
    }
    if (low >= ends.length) continue;
    const length = ends[low].length;
    groups.push({ head: ends[low], first });
    let key = await firstBehind(ends[low]);
    while (isInGroup(key) && samples.size < options.piecesMax * 2 && probes < PROBES_MAX) {
      samples.add(key);
      const own = head + [...key.slice(head.length)].slice(0, length - head.length).join("");
      groups.push({ head: own, first: key });
      key = await firstBehind(own);
    }
  }
  const edges = [...samples].filter((edge) => isWithin(edge, afterKey, endKey))
    .sort(compareCodePoints);
  const step = Math.max(1, Math.ceil(edges.length / (options.piecesMax - 1)));
  return piecesOf(afterKey, edges.filter((_, i) => i % step === 0), endKey);
}

function isWithin(edge: string, afterKey: string, endKey: string): boolean {
  return compareCodePoints(edge, afterKey) > 0 &&
    (endKey === "" || compareCodePoints(edge, endKey) < 0);
}

/** The pieces between edges in order; none where there is no edge. */
function piecesOf(afterKey: string, edges: readonly string[], endKey: string): KeyPiece[] {
  if (edges.length === 0) return [];
  const starts = [afterKey, ...edges];
  return starts.map((startKey, i) => ({ startKey, endKey: starts[i + 1] ?? endKey }));
}
