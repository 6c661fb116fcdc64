import { sha256Hex } from "../core/ids.ts";
import { DAY_MS } from "../core/hours.ts";
import { rangeOfDays } from "../core/key_places.ts";
import { placeOfKey } from "../core/keys.ts";
import { LIMITS } from "../core/limits.ts";
import type { KeyRange, ListPage, Source } from "../objects/mod.ts";
import type { BackfillKey, BackfillRange } from "../store/mod.ts";
import { chooses, dayOf, type ObjectChoice, wantsPlace } from "./choose_objects.ts";
import { findBases } from "./find_bases.ts";

/** A past range: instants in ms since the epoch, the end exclusive. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A choice with both ends, as a backfill has it. */
export interface BackfillChoice extends ObjectChoice {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A range as it is planned. */
export type NewRange = Pick<BackfillRange, "kind" | "prefix" | "days">;

/** The days of a range, from its first to one day after its last, since CloudTrail delivers late. */
export function daysOf({ fromMs, toMs }: TimeRange): TimeRange {
  return { fromMs: dayOf(fromMs), toMs: dayOf(toMs - 1) + 2 * DAY_MS };
}

/** What names a backfill of a source: the same source, days and choice are the same backfill. */
export function backfillKey(source: Source, choice: BackfillChoice, again: boolean): BackfillKey {
  const what = JSON.stringify({
    source: source.url,
    scope: source.scope,
    from: new Date(choice.fromMs).toISOString().slice(0, 10),
    to: new Date(choice.toMs).toISOString().slice(0, 10),
    accounts: [...new Set(choice.accounts)].sort(),
    regions: [...new Set(choice.regions)].sort(),
    again,
  });
  const hex = sha256Hex(what);
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${
    hex.slice(20, 32)
  }`;
  return { id, again, what };
}

/**
 * The key ranges that hold the chosen objects of a source: of each dated base its days, some at a time, so that
 * accounts are read side by side, day after day. Throws the source's TrailsieveError and the signal's reason.
 */
export async function* planRanges(
  source: Source,
  choice: BackfillChoice,
  signal: AbortSignal,
): AsyncGenerator<NewRange> {
  for await (
    const found of findBases(source, { signal, wants: (place) => wantsPlace(choice, place) })
  ) {
    switch (found.kind) {
      case "base":
        for (const days of windows(choice)) yield { kind: "keys", prefix: found.prefix, days };
        break;
      case "flat":
        yield { kind: "keys", prefix: found.prefix, days: null };
        break;
      case "objects": {
        // Markers of folders hold nothing to read.
        const key = found.refs.find((ref) => !ref.key.endsWith("/"))?.key;
        if (key === undefined) break;
        yield { kind: "level", prefix: key.slice(0, key.lastIndexOf("/") + 1), days: null };
        break;
      }
      default:
        found satisfies never;
    }
  }
}

function* windows({ fromMs, toMs }: TimeRange): Generator<TimeRange> {
  const lengthMs = LIMITS.backfillRangeDaysMax * DAY_MS;
  for (let startMs = fromMs; startMs < toMs; startMs += lengthMs) {
    yield { fromMs: startMs, toMs: Math.min(startMs + lengthMs, toMs) };
  }
}

/**
 * Lists what is left of a range, page by page, chosen objects and others; an interrupted one goes on behind its
 * last key. Throws like `Source.list`.
 */
export async function* listRange(
  source: Source,
  range: NewRange & Partial<Pick<BackfillRange, "listedUntil">>,
  signal: AbortSignal,
): AsyncGenerator<ListPage> {
  const { kind, prefix, days } = range;
  const keys: KeyRange = days === null ? {} : rangeOfDays(prefix, days.fromMs, days.toMs);
  const startAfter = range.listedUntil ?? keys.startAfter;
  const options = { ...keys, ...(startAfter === undefined ? {} : { startAfter }), signal };
  if (kind === "keys") return yield* source.list(prefix, options);
  for await (const page of source.listLevel(prefix, options)) {
    if (page.refs.length > 0) yield page.refs;
  }
}

/** Whether a backfill reads the object of a key. A source may begin within CloudTrail's layout. */
export function choosesKey(choice: BackfillChoice, source: Source, key: string): boolean {
  const below = key.slice(source.prefix.length);
  return chooses(choice, placeOfKey(below) === null ? key : below);
}
