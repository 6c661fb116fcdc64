import { objectMembers } from "../core/json_text.ts";
import type { IndexValues } from "./index_values.ts";
import type { Path } from "./path.ts";

/** A record as text: what the worker's byte scanner gives, and all that an {@linkcode Event} needs. */
export interface RecordFields {
  /**
   * JSON text of a top-level field's value, white space included; of a name that occurs twice the last.
   * `undefined` where the record has no such field.
   */
  fieldText(name: string): string | undefined;
  /**
   * The string at one of `INDEX_FIELDS`, by its place there: null where the record has no such value, undefined
   * where that takes a closer look, and where it is no string.
   */
  indexString?(place: number): string | null | undefined;
  /**
   * What `indexString` says of all places: the same object for most records of which it says the same. Undefined where
   * it says undefined of one.
   */
  indexValues?(): IndexValues | undefined;
  /**
   * JSON text of the value at a path that leads through objects alone, where it is found without parsing: undefined
   * where there is no such value, null where that takes a closer look. Not asked of large records.
   */
  valueText?(path: Path): string | undefined | null;
  /** Names of the top-level fields, each once. */
  fieldNames(): readonly string[];
  /** The whole record's JSON text, white space included. */
  text(): string;
  /**
   * The same as UTF-8 without white space outside strings, in pieces that are each valid until the next one: what
   * becomes of a large record's text without ever being one.
   */
  compactPieces?(): Iterable<Uint8Array>;
  /**
   * False only if no top-level name holds a dot, which spares looking for `a.b` whenever a rule asks for `b`
   * of `a`. Left out, every record is taken to have such names.
   */
  mayHoldDottedNames?(): boolean;
  /** Bytes or characters of the record, where they are known: large ones are handled with care. */
  readonly byteLength?: number;
}

/**
 * Fields of a record given as JSON text, for tools and tests.
 * Throws SyntaxError unless the text is a JSON object.
 */
export function recordFieldsFromText(json: string): RecordFields {
  // The members are found without checking every byte, so the check comes first.
  JSON.parse(json);
  const byName = new Map<string, string>();
  for (const { name, text } of objectMembers(json)) byName.set(name, text);
  const names = [...byName.keys()];
  const hasDottedName = names.some((name) => name.includes("."));
  return {
    fieldText: (name) => byName.get(name),
    fieldNames: () => names,
    text: () => json,
    byteLength: json.length,
    mayHoldDottedNames: () => hasDottedName,
  };
}
