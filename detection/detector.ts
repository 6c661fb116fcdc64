import type { Event } from "./event.ts";
import { INDEX_FIELDS } from "./index_fields.ts";
import { KnownFields } from "./known_fields.ts";
import type { Rule } from "./rule.ts";
import type { RuleProblem } from "./rule_spec.ts";
import { RuleTree } from "./rule_tree.ts";

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

/** A value that no event has and no rule means. */
const UNRELATED = "\uffff";

/**
 * All rules behind an index. Rules about which the call decides stand in one tree, which asks for event source and
 * event name and then for what else decides about the few rules that are left. Others stand in a tree that begins
 * with the field that decides about them. An event without candidates costs a few look-ups.
 */
export class Detector {
  /** Every rule, those that were disabled too; a rule's place here is its index. */
  readonly rules: readonly Rule[];
  /** Rules that could not be loaded; the caller decides whether that stops the run. */
  readonly problems: readonly RuleProblem[];
  readonly #compiled: readonly CompiledRule[];
  readonly #disabled = new Set<number>();
  /** Indexes of rules about which no field decides. */
  readonly #unindexed: readonly number[];
  readonly #trees: readonly RuleTree[];

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
    const [source, name, ...otherFields] = INDEX_FIELDS;
    const byCall = takeDecided(source, name);
    const byOthers = otherFields.map((field) => ({ field, indexes: takeDecided(field) }));
    this.#unindexed = open;
    this.#trees = [
      new RuleTree(compiled, [...byCall, ...open].sort((a, b) => a - b), [source, name]),
      ...byOthers.filter(({ indexes }) => indexes.length > 0)
        .map(({ field, indexes }) => new RuleTree(compiled, indexes, [field])),
    ];
  }

  /**
   * Runs every rule that can match the event. A rule that throws is handed to `onError`, and the others go on.
   * @param onBefore told the rule's index before it runs, so that a rule that never ends can be named
   */
  evaluate(
    event: Event,
    onMatch: (rule: Rule) => void,
    onError: (rule: Rule, error: unknown) => void,
    onBefore?: (ruleIndex: number) => void,
  ): void {
    const candidates = this.candidates(event);
    if (candidates.length > 0) this.#run(candidates, event, onMatch, onError, onBefore);
  }

  /** Indexes into `rules` of those that can match the event as far as the index knows. */
  candidates(event: Event): readonly number[] {
    const values = event.indexValues();
    const known = values?.candidates(this);
    if (known) return known;
    const candidates = this.#trees.flatMap((tree) => tree.candidates(event));
    values?.setCandidates(this, candidates);
    return candidates;
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
}
