import type { CompiledRule } from "./detector.ts";
import type { Event } from "./event.ts";
import { INDEX_FIELDS } from "./index_fields.ts";
import { KnownFields } from "./known_fields.ts";

/** Nodes that are remembered, and how long a value may be: an attacker may invent as many as he likes. */
const NODES_MAX = 20_000;
const VALUE_LENGTH_MAX = 1024;
/** A value that no event has and no rule means. */
const UNRELATED = "\uffff";

/** What is known of a field: its string, null where it is absent, undefined where it is anything else. */
type Known = string | null | undefined;
type IndexField = typeof INDEX_FIELDS[number];

/** The rules that can match while some fields are known, and what to ask next. */
interface Node {
  readonly rules: readonly number[];
  readonly known: ReadonlyMap<string, string | null>;
  /** How many of the tree's fields were asked or passed over. */
  readonly asked: number;
  /** The place in `INDEX_FIELDS` of the field to ask next; -1 where no further one decides about any rule. */
  readonly next: number;
  readonly children: Map<Known, Node>;
}

/**
 * A decision tree over some rules: each step asks one field of the event and leaves the rules that can match what is
 * known by then. It grows as events come, so it holds what occurs and nothing else. Rules answer for themselves
 * (`mayMatch`), so the tree cannot be narrower than they are.
 */
export class RuleTree {
  readonly #rules: readonly CompiledRule[];
  readonly #indexes: readonly number[];
  /** Places in `INDEX_FIELDS`. */
  readonly #fields: readonly number[];
  readonly #alwaysCount: number;
  #nodeCount = 0;
  #root: Node;

  /**
   * @param rules all rules
   * @param indexes those of them that this tree answers for, ascending
   * @param always fields that are asked while rules are left: together they decide about them; the others are asked
   * behind these, in their order, where they can rule something out
   */
  constructor(
    rules: readonly CompiledRule[],
    indexes: readonly number[],
    always: readonly IndexField[],
  ) {
    this.#rules = rules;
    this.#indexes = indexes;
    const others = INDEX_FIELDS.filter((field) => !always.includes(field));
    this.#fields = [...always, ...others].map((field) => INDEX_FIELDS.indexOf(field));
    this.#alwaysCount = always.length;
    this.#root = this.#node(indexes, new Map(), 0);
  }

  /** Indexes of the rules that can match the event, ascending. */
  candidates(event: Event): readonly number[] {
    let node = this.#root;
    while (node.next >= 0) {
      const value = event.indexString(node.next);
      node = node.children.get(value) ?? this.#grow(node, value);
    }
    return node.rules;
  }

  #grow(parent: Node, value: Known): Node {
    let { known, rules } = parent;
    if (value !== undefined) {
      known = new Map(known).set(INDEX_FIELDS[parent.next], value);
      const fields = new KnownFields(known);
      rules = rules.filter((index) => this.#rules[index].mayMatch(fields));
    }
    const child = this.#node(rules, known, parent.asked + 1);
    if (typeof value === "string" && value.length > VALUE_LENGTH_MAX) return child;
    if (++this.#nodeCount > NODES_MAX) {
      this.#nodeCount = 0;
      this.#root = this.#node(this.#indexes, new Map(), 0);
    } else parent.children.set(value, child);
    return child;
  }

  /** @param asked how many of the fields were asked or passed over */
  #node(rules: readonly number[], known: ReadonlyMap<string, string | null>, asked: number): Node {
    while (asked < this.#fields.length && !this.#isAsked(asked, rules, known)) asked++;
    const next = this.#fields[asked] ?? -1;
    return { rules, known, asked, next, children: new Map() };
  }

  /** Whether the field that would be asked next can rule out any of the rules. */
  #isAsked(
    asked: number,
    rules: readonly number[],
    known: ReadonlyMap<string, string | null>,
  ): boolean {
    if (asked < this.#alwaysCount) return rules.length > 0;
    const field = INDEX_FIELDS[this.#fields[asked]];
    return [UNRELATED, null].some((value) => {
      const fields = new KnownFields(new Map(known).set(field, value));
      return rules.some((index) => !this.#rules[index].mayMatch(fields));
    });
  }
}
