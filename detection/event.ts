import { packEvent } from "../core/event_pieces.ts";
import { compactJson } from "../core/json_text.ts";
import { LIMITS } from "../core/limits.ts";
import { INDEX_FIELDS } from "./index_fields.ts";
import type { IndexValues } from "./index_values.ts";
import type { Leaf, Reading } from "./leaf.ts";
import { type Path, pathOf } from "./path.ts";
import { ABSENT, keywordTexts, memberAt, readPath, scalarLeaf } from "./read_path.ts";
import type { RecordFields } from "./record_fields.ts";
import type { EventView } from "./rule.ts";
import { isPlainString, parseIdentity, parseValue, plainStringLeaf } from "./shared_values.ts";

/**
 * Text from which on a field is searched as text, since its objects would take many times as much, and from which
 * on what was parsed is let go when the event is left.
 */
const LARGE_TEXT_LENGTH = 1_000_000;

/**
 * One CloudTrail event behind `get(path)`. Nothing is parsed until a rule asks for it, and nothing twice;
 * an instance is meant to be used for one event after the other.
 */
export class Event implements EventView {
  #fields: RecordFields;
  /** What was read of this event has its number beside it; older entries are those of events before. */
  #number = 1;
  #values: unknown[] = [];
  #valueNumbers: number[] = [];
  #readings: Reading[] = [];
  #readingNumbers: number[] = [];
  /** Whole top-level fields that are no plain strings. */
  readonly #parsed = new Map<string, unknown>();
  /** Large top-level fields as text. */
  readonly #largeTexts = new Map<string, string>();
  /** What was asked of them; undefined too where there are none. */
  #indexValues: IndexValues | undefined;
  #keywordTexts: readonly Leaf[] | undefined;
  #holdsMuch = false;
  #packed: readonly Uint8Array[] | null = null;

  constructor(fields: RecordFields) {
    this.#fields = fields;
  }

  /** Turns to another record; what `get` returned before stays what it was. */
  reset(fields: RecordFields): void {
    this.#fields = fields;
    this.#number++;
    this.#indexValues = undefined;
    this.#packed = null;
    this.#keywordTexts = undefined;
    if (this.#parsed.size > 0) this.#parsed.clear();
    if (this.#largeTexts.size > 0) this.#largeTexts.clear();
    if (!this.#holdsMuch) return;
    this.#holdsMuch = false;
    this.#values = [];
    this.#valueNumbers = [];
    this.#readings = [];
    this.#readingNumbers = [];
  }

  /** The record's whole JSON text, white space included. */
  text(): string {
    return this.#fields.text();
  }

  /** The same, compact and packed, if the record is large; packed once for all alerts of this event. */
  packed(): readonly Uint8Array[] | null {
    if ((this.#fields.byteLength ?? 0) <= LIMITS.alertTextMax) return null;
    return this.#packed ??= packEvent(
      this.#fields.compactPieces?.() ?? [compactJson(this.#fields.text())],
    );
  }

  /** Lets go of what was read of a large record, which stays the one that this is about. */
  ease(): void {
    const packed = this.#packed;
    this.reset(this.#fields);
    this.#packed = packed;
  }

  /** The record's JSON text of one top-level field; undefined where it is absent. */
  fieldText(name: string): string | undefined {
    return this.#fields.fieldText(name);
  }

  /**
   * The string at one of `INDEX_FIELDS`, by its place there: null where there is no such value, undefined where it is
   * anything else.
   */
  indexString(place: number): string | null | undefined {
    if (this.#indexValues !== undefined) return this.#indexValues.strings[place];
    const known = this.#fields.indexString?.(place);
    if (known !== undefined) return known;
    const { present, leaves } = this.read(INDEX_FIELDS[place]);
    if (!present) return null;
    return leaves.length === 1 && leaves[0].kind === "string" ? leaves[0].text : undefined;
  }

  /** What the index knows of this event and those like it, where that takes no closer look. */
  indexValues(): IndexValues | undefined {
    return this.#indexValues ??= this.#fields.indexValues?.();
  }

  get(path: string): unknown {
    return this.#get(pathOf(path));
  }

  /**
   * The values at a path as Sigma compares them: every element of every list on the path, numbers and
   * objects in the source's own text.
   */
  read(path: string | Path): Reading {
    const taken = typeof path === "string" ? pathOf(path) : path;
    const { slot, indexPlace } = taken;
    if (indexPlace >= 0 && this.#indexValues !== undefined) {
      return this.#indexValues.reading(indexPlace);
    }
    if (this.#readingNumbers[slot] === this.#number) return this.#readings[slot];
    const reading = this.#read(taken);
    if (slot >= 0) {
      this.#readings[slot] = reading;
      this.#readingNumbers[slot] = this.#number;
    }
    return reading;
  }

  /** The texts in which Sigma's keywords are sought. */
  keywordTexts(): readonly Leaf[] {
    return this.#keywordTexts ??= keywordTexts(this.#fields.text());
  }

  #get(path: Path): unknown {
    const { slot, indexPlace } = path;
    if (indexPlace >= 0 && this.#indexValues !== undefined) {
      return this.#indexValues.strings[indexPlace] ?? undefined;
    }
    if (this.#valueNumbers[slot] === this.#number) return this.#values[slot];
    const value = this.#resolve(path);
    if (slot >= 0) {
      this.#values[slot] = value;
      this.#valueNumbers[slot] = this.#number;
    }
    return value;
  }

  #read(path: Path): Reading {
    const large = this.#large(path);
    if (large !== undefined) return readPath(large.text, path.segments.slice(large.from));
    const text = this.#quickText(path);
    if (text === undefined) return ABSENT;
    if (text !== null) {
      return isPlainString(text) ? plainStringLeaf(text).alone : readPath(text, []);
    }
    // Most fields are plain strings; the text is only searched where parsing would lose something or
    // where the path may lead through a list.
    const leaf = scalarLeaf(this.#get(path));
    if (leaf !== undefined) return leaf.alone;
    const { segments, heads } = path;
    for (let i = this.#longestHead(heads); i >= 0; i--) {
      const text = this.#fields.fieldText(heads[i]);
      if (text !== undefined) return readPath(text, segments.slice(i + 1));
    }
    return ABSENT;
  }

  #resolve(path: Path): unknown {
    const text = this.#nestedText(path);
    if (text !== null) return text === undefined ? undefined : parseValue(text);
    const { segments, heads } = path;
    const large = this.#large(path);
    if (large !== undefined) {
      const text = memberAt(large.text, segments, large.from);
      return text === undefined ? undefined : parseValue(text);
    }
    for (let i = this.#longestHead(heads); i >= 0; i--) {
      const value = this.#topLevel(heads[i]);
      if (value !== undefined) return descend(value, segments, i + 1);
    }
    return undefined;
  }

  /** JSON text of a value, where it is at hand: undefined where there is no such value, null where it is not. */
  #quickText(path: Path): string | undefined | null {
    const { heads } = path;
    return heads.length > 1 ? this.#nestedText(path) : this.#fields.fieldText(heads[0]);
  }

  /**
   * JSON text of a value below a top-level field, where it is found without parsing that: undefined where there is no
   * such value, null where that takes a closer look. What is parsed already is quicker to look into.
   */
  #nestedText(path: Path): string | undefined | null {
    const { heads } = path;
    if (heads.length === 1 || this.#fields.valueText === undefined || this.#isLarge()) return null;
    return this.#parsed.has(heads[0]) ? null : this.#fields.valueText(path);
  }

  /** The large object or list that the path leads into, and where the path goes on. */
  #large({ heads }: Path): { readonly text: string; readonly from: number } | undefined {
    if (!this.#isLarge()) return undefined;
    for (let i = this.#longestHead(heads); i >= 0; i--) {
      const text = this.#largeTexts.get(heads[i]) ?? this.#fields.fieldText(heads[i]);
      if (text === undefined) continue;
      const first = text.charCodeAt(0);
      if (text.length < LARGE_TEXT_LENGTH || (first !== 0x7b && first !== 0x5b)) return undefined;
      this.#holdsMuch = true;
      this.#largeTexts.set(heads[i], text);
      return { text, from: i + 1 };
    }
    return undefined;
  }

  #isLarge(): boolean {
    return (this.#fields.byteLength ?? 0) >= LARGE_TEXT_LENGTH;
  }

  #longestHead(heads: readonly string[]): number {
    return this.#fields.mayHoldDottedNames?.() === false ? 0 : heads.length - 1;
  }

  #topLevel(name: string): unknown {
    const known = this.#parsed.get(name);
    if (known !== undefined) return known;
    const text = this.#fields.fieldText(name);
    if (text === undefined) return undefined;
    if (text.length >= LARGE_TEXT_LENGTH) this.#holdsMuch = true;
    const value = name === "userIdentity" ? parseIdentity(text) : parseValue(text);
    if (typeof value === "object") this.#parsed.set(name, value);
    return value;
  }
}

/** Follows the rest of a path through objects; a member named like the whole rest comes first. */
function descend(start: unknown, segments: readonly string[], from: number): unknown {
  let value = start;
  while (from < segments.length) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    let to = segments.length;
    let name = to - from === 1 ? segments[from] : segments.slice(from, to).join(".");
    while (!Object.hasOwn(value, name)) {
      if (--to === from) return undefined;
      name = to - from === 1 ? segments[from] : segments.slice(from, to).join(".");
    }
    value = (value as Record<string, unknown>)[name];
    from = to;
  }
  return value;
}
