import type { Event } from "./event.ts";
import { FieldIndex } from "./field_index.ts";
import { KnownFields } from "./known_fields.ts";
import type { Rule } from "./rule.ts";
import type { RuleProblem } from "./rule_spec.ts";

/** A rule ready to run, with the question that an index asks of it. */
export interface CompiledRule {
  readonly rule: Rule;
  /** Whether an event of which this is known can match; may say true too often, never false wrongly. */
  mayMatch(known: KnownFields): boolean;
  /** The rule's logic without its name. */
  matches(event: Event): boolean;
  /** Whether a filter takes back the rule's match; left out where no filter names the rule. */
  excepts?(event: Event): boolean;
}

/** AWS has some 20,000 API calls, of which one trail sees a few thousand; beyond this the index starts anew. */
const INDEXED_PAIRS_MAX = 20_000;
/** Fields that decide about most rules which source and name do not decide about, the one that leaves fewest first. */
const OTHER_FIELDS = ["errorCode", "eventType", "userAgent", "userIdentity.type"];
/** A value that no event has and no rule means. */
const UNRELATED = "\uffff";

/**
 * All rules behind indexes. For each pair of event source and event name that occurs, the rules that can
 * match at all are found once and remembered; rules about which the pair decides nothing are looked up by
 * another field where one decides. An event without candidates costs a few look-ups.
 */
export class Detector {
  /** Every rule, those that were disabled too; a rule's place here is its index. */
  readonly rules: readonly Rule[];
  /** Rules that could not be loaded; the caller decides whether that stops the run. */
  readonly problems: readonly RuleProblem[];
  readonly #compiled: readonly CompiledRule[];
  readonly #disabled = new Set<number>();
  /** Indexes of rules that the pair decides about, or nothing does. */
  readonly #pairRules: readonly number[];
  readonly #unindexed: readonly number[];
  readonly #fieldIndexes: readonly FieldIndex[];
  readonly #candidates = new Map<string | null, Map<string | null, readonly number[]>>();
  #pairCount = 0;

  constructor(compiled: readonly CompiledRule[], problems: readonly RuleProblem[] = []) {
    this.#compiled = compiled;
    this.rules = compiled.map(({ rule }) => rule);
    this.problems = problems;
    let open = compiled.map((_, index) => index);
    const takeDecided = (...fields: string[]): number[] => {
      const unrelated = new KnownFields(new Map(fields.map((field) => [field, UNRELATED])));
      const decided = open.filter((index) => !compiled[index].mayMatch(unrelated));
      open = open.filter((index) => !decided.includes(index));
      return decided;
    };
    const byPair = takeDecided("eventSource", "eventName");
    this.#fieldIndexes = OTHER_FIELDS
      .map((field) => new FieldIndex(field, compiled, takeDecided(field)))
      .filter((index) => index.size > 0);
    this.#unindexed = open;
    this.#pairRules = [...byPair, ...open].sort((a, b) => a - b);
  }

  /**
   * Runs every rule that can match the event. A rule that throws is handed to `onError`, and the others go on.
   * @param eventSource the event's field as a string; null where it is absent or no string, as `eventName`
   * @param onBefore told the rule's index before it runs, so that a rule that never ends can be named
   */
  evaluate(
    event: Event,
    eventSource: string | null,
    eventName: string | null,
    onMatch: (rule: Rule) => void,
    onError: (rule: Rule, error: unknown) => void,
    onBefore?: (ruleIndex: number) => void,
  ): void {
    this.#run(this.candidates(eventSource, eventName), event, onMatch, onError, onBefore);
    for (const index of this.#fieldIndexes) {
      const candidates = index.candidates(event);
      if (candidates.length > 0) this.#run(candidates, event, onMatch, onError, onBefore);
    }
  }

  /**
   * Of the rules that source and name decide about, or that nothing does, indexes into `rules` of those that
   * can match an event of this source and name.
   */
  candidates(eventSource: string | null, eventName: string | null): readonly number[] {
    const known = this.#candidates.get(eventSource)?.get(eventName);
    return known ?? this.#findCandidates(eventSource, eventName);
  }

  /** Rules about which no index decides: they are evaluated on every event, so `rules lint` names them. */
  unindexed(): Rule[] {
    return this.#unindexed.map((index) => this.rules[index]);
  }

  /** Switches a rule off for good; an unknown id changes nothing. */
  disable(ruleId: string): void {
    this.rules.forEach((rule, index) => {
      if (rule.id === ruleId) this.#disabled.add(index);
    });
    this.#forget();
  }

  #run(
    candidates: readonly number[],
    event: Event,
    onMatch: (rule: Rule) => void,
    onError: (rule: Rule, error: unknown) => void,
    onBefore?: (ruleIndex: number) => void,
  ): void {
    for (let i = 0; i < candidates.length; i++) {
      const index = candidates[i];
      if (this.#disabled.size > 0 && this.#disabled.has(index)) continue;
      const compiled = this.#compiled[index];
      onBefore?.(index);
      let matched = false;
      try {
        matched = compiled.matches(event) === true && !compiled.excepts?.(event);
      } catch (error) {
        onError(compiled.rule, error);
      }
      // Outside the try: an error of the caller's own is not the rule's.
      if (matched) onMatch(compiled.rule);
    }
  }

  #findCandidates(eventSource: string | null, eventName: string | null): readonly number[] {
    // A field that is absent and one that is no string are not told apart here, so nothing is known of it.
    const pair = { eventSource, eventName };
    const strings = Object.entries(pair).filter(([, value]) => value !== null);
    const known = new KnownFields(new Map(strings));
    const found = this.#pairRules.filter((index) => this.#compiled[index].mayMatch(known));
    if (this.#pairCount >= INDEXED_PAIRS_MAX) this.#forget();
    let byName = this.#candidates.get(eventSource);
    if (byName === undefined) this.#candidates.set(eventSource, byName = new Map());
    byName.set(eventName, found);
    this.#pairCount++;
    return found;
  }

  #forget(): void {
    this.#candidates.clear();
    this.#pairCount = 0;
  }
}
