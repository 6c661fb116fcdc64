import type { CompiledRule } from "./detector.ts";
import type { Event } from "./event.ts";
import { KnownFields } from "./known_fields.ts";
import { type Path, pathOf } from "./path.ts";

/** Values that are remembered, and how long they may be: an attacker may invent as many as he likes. */
const VALUES_MAX = 10_000;
const VALUE_LENGTH_MAX = 1024;

/**
 * Rules about which one field decides, whatever the call: for each of its values that occurs, those that
 * can match are found once and remembered.
 */
export class FieldIndex {
  readonly #field: string;
  readonly #path: Path;
  readonly #rules: readonly CompiledRule[];
  /** Indexes of the rules that this index answers for. */
  readonly #indexes: readonly number[];
  /** By the field's JSON text as the source has it, which spares decoding it; undefined where it is absent. */
  readonly #byText = new Map<string | undefined | null, readonly number[]>();
  /** By the field's value, null where it is absent. */
  readonly #byValue = new Map<string | null, readonly number[]>();

  constructor(field: string, rules: readonly CompiledRule[], indexes: readonly number[]) {
    this.#field = field;
    this.#path = pathOf(field);
    this.#rules = rules;
    this.#indexes = indexes;
  }

  /** How many rules it answers for. */
  get size(): number {
    return this.#indexes.length;
  }

  /** Indexes of the rules that can match the event. */
  candidates(event: Event): readonly number[] {
    const text = event.quickText(this.#path);
    return this.#byText.get(text) ?? this.#lookUp(text, event);
  }

  #lookUp(text: string | undefined | null, event: Event): readonly number[] {
    const { present, leaves } = event.read(this.#path);
    // Null, a number, an object or several values decide nothing.
    if (present && (leaves.length !== 1 || leaves[0].kind !== "string")) return this.#indexes;
    const value = present ? leaves[0].text : null;
    const candidates = this.#byValue.get(value) ?? this.#findCandidates(value);
    if (text !== null) remember(this.#byText, text, candidates);
    remember(this.#byValue, value, candidates);
    return candidates;
  }

  #findCandidates(value: string | null): readonly number[] {
    const known = new KnownFields(new Map([[this.#field, value]]));
    return this.#indexes.filter((index) => this.#rules[index].mayMatch(known));
  }
}

function remember<Key extends string | null | undefined>(
  known: Map<Key, readonly number[]>,
  key: Key,
  candidates: readonly number[],
): void {
  if (key !== null && key !== undefined && key.length > VALUE_LENGTH_MAX) return;
  if (known.size >= VALUES_MAX) known.clear();
  known.set(key, candidates);
}
