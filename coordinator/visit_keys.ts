import { DAY_MS } from "../core/hours.ts";
import { dayOfKey, isBesideYears, rangeOfDays, startOfLookback } from "../core/key_places.ts";
import { LIMITS } from "../core/limits.ts";
import { logOf } from "../core/log.ts";
import type { ObjectRef } from "../core/types.ts";
import type { KeyRange } from "../objects/mod.ts";
import type { ListingNode, NodeChange } from "../store/mod.ts";
import { daysToFollow, isOpenDay, nextClosedVisit, nextQuietVisit } from "./list_schedule.ts";
import { splitBySamples, splitByTime } from "./split_range.ts";
import { leave, lookAt, type VisitContext } from "./visit_context.ts";

const log = logOf("list");

/** One listing of keys: of a base, a day, a flat prefix or a range. */
export class KeyVisit {
  readonly #node: ListingNode;
  readonly #context: VisitContext;
  /** Of a base, open days by their start, with what was seen of them. */
  readonly #openDays = new Map<number, { lastKey: string; keyCount: number }>();
  readonly #startedAt: number;
  #listed = 0;
  #lastKey = "";
  #found = false;
  #dropped = 0;
  #strays = 0;
  #isMixed = false;

  constructor(node: ListingNode, context: VisitContext) {
    this.#node = node;
    this.#context = context;
    this.#startedAt = context.now();
  }

  async run(): Promise<void> {
    const { source, signal } = this.#context;
    const range = this.#range();
    let pages = 0;
    for await (const refs of source.list(this.#node.prefix, { ...range, signal })) {
      await this.#take(refs);
      if (++pages === this.#splitPages && await this.#split()) break;
    }
    this.#context.counted.add(this.#node.id);
    if (this.#dropped > 0) return await leave(this.#node, this.#context);
    await this.#end(range.startAfter === undefined);
  }

  #range(): KeyRange {
    const { kind, prefix, watermark, startKey, endKey, sinceMs } = this.#node;
    if (kind === "day") return this.#rangeOfDay();
    const since = Math.max(sinceMs ?? 0, this.#context.pass.sinceMs ?? 0);
    // Where everything is listed again, what an interrupted listing had reached does not count.
    const from = this.#resumes ? watermark || startKey : startKey;
    return {
      ...(kind === "base" && since > 0 ? rangeOfDays(prefix, since, null) : {}),
      ...(from === "" ? {} : { startAfter: from }),
      // The end belongs to the range.
      ...(endKey === "" ? {} : { before: `${endKey}\0` }),
    };
  }

  /** Pages after which the rest is split. Samples cost requests, so a range between samples goes on for longer. */
  get #splitPages(): number {
    const isSampled = this.#node.kind === "range" && this.#node.baseId === null;
    return LIMITS.listSplitPages * (isSampled ? 10 : 1);
  }

  /** Whether a listing that was interrupted is taken up where it was. */
  get #resumes(): boolean {
    return !(this.#context.pass.full && this.#node.isListed);
  }

  #rangeOfDay(): KeyRange {
    const { dayMs, prefix, watermark, keyCount } = this.#node;
    const { lookbackMs } = this.#context;
    const isWhole = watermark === "" || keyCount <= LIMITS.listWholeKeysMax ||
      !isOpenDay(dayMs!, lookbackMs, this.#startedAt);
    const from = isWhole ? null : startOfLookback(prefix, watermark, this.#startedAt, lookbackMs);
    return from === null ? {} : { startAfter: from };
  }

  async #take(refs: readonly ObjectRef[]): Promise<void> {
    const { buffer } = this.#context;
    const seen = await lookAt(refs, this.#node, this.#context);
    this.#listed += refs.length;
    this.#lastKey = refs.at(-1)!.key;
    this.#found ||= seen.found;
    this.#dropped += seen.dropped;
    const known = seen.known - await this.#noteDays(refs);
    await buffer.add({
      refs: seen.unknown,
      known,
      ...(this.#dropped > 0 || !this.#resumes
        ? {}
        : { change: { kind: "progress", node: this.#node, watermark: this.#lastKey } }),
    });
  }

  /**
   * Of a base, keeps what is seen of open days, and counts what lies outside of days.
   * @returns how many of the refs that are known lie beside the years: the base's level counts them
   */
  async #noteDays(refs: readonly ObjectRef[]): Promise<number> {
    const { prefix, baseId, kind } = this.#node;
    if (baseId === null || kind === "day") return 0;
    const beside: ObjectRef[] = [];
    for (const ref of refs) {
      const dayMs = dayOfKey(prefix, ref.key);
      if (dayMs === null) {
        if (isBesideYears(prefix, ref.key)) beside.push(ref);
        else if (!ref.key.endsWith("/")) this.#strays++;
      } else if (isOpenDay(dayMs, this.#context.lookbackMs, this.#startedAt)) {
        const keyCount = (this.#openDays.get(dayMs)?.keyCount ?? 0) + 1;
        this.#openDays.set(dayMs, { lastKey: ref.key, keyCount });
      }
    }
    if (beside.length === 0) return 0;
    this.#isMixed = true;
    return (await lookAt(beside, this.#node, this.#context)).known;
  }

  /** Leaves the rest to ranges that are listed in parallel. @returns whether there is a rest */
  async #split(): Promise<boolean> {
    const { store, source, signal, now } = this.#context;
    const { kind, prefix, endKey, baseId } = this.#node;
    if (kind === "day") return false;
    const piecesMax = LIMITS.listRangesMax;
    const pieces = baseId === null
      ? await splitBySamples(source, prefix, this.#lastKey, endKey, { piecesMax, signal })
      : splitByTime(prefix, this.#lastKey, endKey, this.#startedAt, piecesMax);
    if (pieces.length < 2) return false;
    await store.listing.addRanges(this.#node, pieces, now());
    return true;
  }

  async #end(isWhole: boolean): Promise<void> {
    const { buffer, now } = this.#context;
    const node = this.#node;
    const { kind, activeAt } = node;
    const end = { kind: "end", node, watermark: "", keyCount: 0 } as const;
    if (kind === "flat") {
      const next = nextQuietVisit(kind, activeAt, this.#found, now());
      return await buffer.add({ change: { ...end, ...next } });
    }
    if (kind === "day") return await this.#endDay(isWhole);
    if (node.baseId !== null && this.#strays > 0) {
      // Days alone would miss what lies beside them, for instance days that are named without zeros.
      log.info(`${node.prefix} holds objects outside of its days: it is listed as a whole`);
      return await buffer.add({ change: { kind: "flatten", node } });
    }
    if (node.baseId !== null) await buffer.add({ change: this.#days() });
    await buffer.add({
      change: kind === "range"
        ? { kind: "remove", node }
        // A base is listed once; from then on its days are.
        : { ...end, dueAt: Infinity, activeAt },
    });
  }

  async #endDay(isWhole: boolean): Promise<void> {
    const { buffer, lookbackMs, now } = this.#context;
    const node = this.#node;
    const [dayMs, nowMs, found] = [node.dayMs!, now(), this.#found];
    const keyCount = isWhole ? this.#listed : Math.max(node.keyCount, this.#listed);
    const end = { kind: "end", node, watermark: this.#lastKey, keyCount } as const;
    if (isOpenDay(dayMs, lookbackMs, nowMs)) {
      const next = nextQuietVisit("day", node.activeAt, found, nowMs);
      return await buffer.add({ change: { ...end, ...next } });
    }
    const dueAt = nextClosedVisit(dayMs, found, nowMs);
    const activeAt = found ? nowMs : node.activeAt;
    await buffer.add({
      change: dueAt === null ? { kind: "remove", node } : { ...end, dueAt, activeAt },
    });
  }

  /** The base's recent and future days get nodes of their own: from now on they are what is listed. */
  #days(): NodeChange {
    const { lookbackMs, now } = this.#context;
    const node = this.#node;
    const nowMs = now();
    const followed = node.kind === "base" ? daysToFollow(node.sinceMs, nowMs) : [];
    const days = [...new Set([...followed, ...this.#openDays.keys()])].map((dayMs) => {
      const seen = this.#openDays.get(dayMs);
      const closedDueAt = nextClosedVisit(dayMs, false, nowMs);
      return {
        dayMs,
        dueAt: isOpenDay(dayMs, lookbackMs, nowMs) ? nowMs : closedDueAt ?? nowMs,
        watermark: seen?.lastKey ?? "",
        keyCount: seen?.keyCount ?? 0,
      };
    });
    const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
    const newestMs = node.kind === "base" ? today : null;
    return { kind: "days", node, days, newestMs, isMixed: this.#isMixed };
  }
}
