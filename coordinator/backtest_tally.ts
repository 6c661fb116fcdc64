import type { Alert, Level } from "../core/types.ts";

/** Matches that are told apart from redeliveries; beyond it an event that was delivered twice counts twice. */
const KNOWN_MATCHES_MAX = 2_000_000;
/** Principals of one rule that are counted apart; the rest goes to {@linkcode OTHER_PRINCIPALS}. */
const PRINCIPALS_MAX = 10_000;
const OTHER_PRINCIPALS = "(others)";
const NO_PRINCIPAL = "(none)";
const PRINCIPALS_SHOWN = 20;
const SAMPLES_MAX = 3;
const DAY_MS = 86_400_000;

/** One event that a rule would have raised an alert for. */
export interface SampleMatch {
  readonly event_id: string;
  readonly event_time: string | null;
  readonly event_name: string | null;
  readonly user_arn: string | null;
  readonly account_id: string | null;
  readonly source_object: string;
}

/** One rule over the whole range. */
export interface RuleBacktest {
  readonly rule_id: string;
  /** Null for a rule that matched nothing. */
  readonly title: string | null;
  readonly level: Level | null;
  readonly matches: number;
  readonly alerts_per_day: number;
  /** By UTC date of the event. */
  readonly by_day: Readonly<Record<string, number>>;
  /** The most frequent first. */
  readonly by_principal: Readonly<Record<string, number>>;
  readonly principals: number;
  readonly samples: readonly SampleMatch[];
  /** Why it threw or was switched off; null if all went well. */
  readonly error: string | null;
}

/** What a backtest found. */
export interface BacktestResult {
  readonly objects: number;
  readonly unread_objects: number;
  readonly events: number;
  /** Days over which `alerts_per_day` is taken. */
  readonly days: number;
  readonly matches: number;
  readonly alerts_per_day: number;
  /** The loudest first. */
  readonly rules: readonly RuleBacktest[];
}

interface RuleTally {
  title: string;
  level: Level;
  matches: number;
  readonly byDay: Map<string, number>;
  readonly byPrincipal: Map<string, number>;
  readonly samples: SampleMatch[];
}

/** Counts matches as they come, in bounded memory. */
export class BacktestTally {
  /** Every rule that was tried. */
  ruleIds: readonly string[] = [];
  /** Objects of a source or files of a lake: those read to their end, and the others. */
  objects = 0;
  unreadObjects = 0;
  /** Events that were read, also those out of the range. */
  events = 0;
  readonly #range: { readonly fromMs: number | null; readonly toMs: number | null };
  readonly #rules = new Map<string, RuleTally>();
  readonly #errors = new Map<string, string>();
  readonly #days = new Set<number>();
  readonly #known = new Set<string>();
  #matches = 0;

  constructor(range: { readonly fromMs: number | null; readonly toMs: number | null }) {
    this.#range = range;
  }

  /** Notes a UTC day, by its start, that has events: an open range is as many days long as have some. */
  addDay(dayMs: number): void {
    this.#days.add(dayMs);
  }

  /** Counts a match whose event lies in the range, once for each event. */
  addMatch(alert: Alert): void {
    const { fromMs, toMs } = this.#range;
    if (fromMs !== null && alert.eventTimeMs < fromMs) return;
    if (toMs !== null && alert.eventTimeMs >= toMs) return;
    if (this.#known.has(alert.alertId)) return;
    if (this.#known.size < KNOWN_MATCHES_MAX) this.#known.add(alert.alertId);
    const payload = JSON.parse(alert.payload);
    let tally = this.#rules.get(alert.ruleId);
    if (tally === undefined) {
      const { rule_title: title, level } = payload;
      tally = { title, level, matches: 0, byDay: new Map(), byPrincipal: new Map(), samples: [] };
      this.#rules.set(alert.ruleId, tally);
    }
    tally.matches++;
    this.#matches++;
    raise(tally.byDay, new Date(alert.eventTimeMs).toISOString().slice(0, 10));
    const principal: string = payload.user_arn ?? NO_PRINCIPAL;
    const isKnown = tally.byPrincipal.has(principal) || tally.byPrincipal.size < PRINCIPALS_MAX;
    raise(tally.byPrincipal, isKnown ? principal : OTHER_PRINCIPALS);
    if (tally.samples.length < SAMPLES_MAX) {
      const { event_id, event_time, event_name, user_arn, account_id, source_object } = payload;
      tally.samples.push({ event_id, event_time, event_name, user_arn, account_id, source_object });
    }
  }

  addRuleError(ruleId: string, count: number, message: string): void {
    if (!this.#errors.has(ruleId)) this.#errors.set(ruleId, `threw ${count} times: ${message}`);
  }

  switchOff(ruleId: string, reason: string): void {
    this.#errors.set(ruleId, `switched off: ${reason}`);
  }

  result(): BacktestResult {
    const days = this.#dayCount();
    const rules = this.ruleIds.map((id) => this.#ruleResult(id, days))
      .sort((a, b) => b.matches - a.matches || (a.rule_id < b.rule_id ? -1 : 1));
    return {
      objects: this.objects,
      unread_objects: this.unreadObjects,
      events: this.events,
      days,
      matches: this.#matches,
      alerts_per_day: perDay(this.#matches, days),
      rules,
    };
  }

  /** Days of the range where it is closed, else those that were noted, else of the matches. */
  #dayCount(): number {
    const { fromMs, toMs } = this.#range;
    if (fromMs !== null && toMs !== null) return (toMs - fromMs) / DAY_MS;
    if (this.#days.size > 0) return this.#days.size;
    const ofMatches = new Set([...this.#rules.values()].flatMap(({ byDay }) => [...byDay.keys()]));
    return Math.max(1, ofMatches.size);
  }

  #ruleResult(id: string, days: number): RuleBacktest {
    const tally = this.#rules.get(id);
    const principals = [...tally?.byPrincipal ?? []]
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return {
      rule_id: id,
      title: tally?.title ?? null,
      level: tally?.level ?? null,
      matches: tally?.matches ?? 0,
      alerts_per_day: perDay(tally?.matches ?? 0, days),
      by_day: Object.fromEntries([...tally?.byDay ?? []].sort()),
      by_principal: Object.fromEntries(principals.slice(0, PRINCIPALS_SHOWN)),
      principals: principals.length,
      samples: tally?.samples ?? [],
      error: this.#errors.get(id) ?? null,
    };
  }
}

function raise(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function perDay(count: number, days: number): number {
  return Math.round(count / days * 100) / 100;
}
