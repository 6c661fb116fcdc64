import { compactJson, findMembers, flatElements } from "../core/json_text.ts";
import { Leaf, type Reading } from "./leaf.ts";
import { stringLeaf } from "./shared_values.ts";

const TRUE_LEAF = new Leaf("boolean", "true");
const FALSE_LEAF = new Leaf("boolean", "false");
const NULL_LEAF = new Leaf("null", "null");

/** What a path reads that leads nowhere. */
export const ABSENT: Reading = { present: false, leaves: [] };

/** The leaf of a scalar whose text survives parsing; undefined for numbers, objects and arrays. */
export function scalarLeaf(value: unknown): Leaf | undefined {
  if (typeof value === "string") return stringLeaf(value);
  if (value === null) return NULL_LEAF;
  if (typeof value === "boolean") return value ? TRUE_LEAF : FALSE_LEAF;
  return undefined;
}

/**
 * Reads a path through lists anywhere on it and lists within lists. An object's member whose own name is
 * the whole rest of the path comes first; only without one is the path taken apart, at the longest name
 * that there is. Never recurses over the record, whose depth an attacker chooses.
 * @param text JSON text of the value at which the path starts
 * @param segments the path's parts between dots; none means the value itself
 */
export function readPath(text: string, segments: readonly string[]): Reading {
  const leaves: Leaf[] = [];
  let present = false;
  // Values still to look at, the next one last, so that leaves come in the order of the source.
  const pending: { readonly text: string; readonly from: number }[] = [{ text, from: 0 }];
  while (pending.length > 0) {
    const { text, from } = pending.pop()!;
    const first = text.charCodeAt(0);
    if (from === segments.length) present = true;
    if (first === 0x5b) {
      const elements = flatElements(text);
      for (let i = elements.length - 1; i >= 0; i--) pending.push({ text: elements[i], from });
    } else if (from === segments.length) {
      leaves.push(leafOf(text));
    } else if (first === 0x7b) {
      const found = findMember(text, segments, from);
      if (found !== undefined) pending.push(found);
    }
  }
  return { present, leaves };
}

function leafOf(text: string): Leaf {
  const first = text.charCodeAt(0);
  if (first === 0x7b) return new Leaf("object", compactJson(text));
  if (first === 0x22 || first === 0x74 || first === 0x66 || first === 0x6e) {
    return scalarLeaf(JSON.parse(text))!;
  }
  return new Leaf("number", text);
}

/** The text of the value that a path leads to through objects alone, from its segment `from`. */
export function memberAt(
  text: string,
  segments: readonly string[],
  from: number,
): string | undefined {
  let found: { text: string; from: number } | undefined = { text, from };
  while (found !== undefined && found.from < segments.length) {
    if (found.text.charCodeAt(0) !== 0x7b) return undefined;
    found = findMember(found.text, segments, found.from);
  }
  return found?.text;
}

function findMember(
  text: string,
  segments: readonly string[],
  from: number,
): { text: string; from: number } | undefined {
  const names = segments.slice(from).map((_, i) =>
    segments.slice(from, segments.length - i).join(".")
  );
  const found = findMembers(text, names);
  for (let i = 0; i < names.length; i++) {
    const value = found.get(names[i]);
    if (value !== undefined) return { text: value, from: segments.length - i };
  }
  return undefined;
}

/**
 * Texts in which a keyword may stand: the record without white space, and, where escapes could hide
 * something, each name and string decoded.
 */
export function keywordTexts(record: string): Leaf[] {
  const compact = compactJson(record);
  const texts = [new Leaf("object", compact)];
  if (!compact.includes("\\")) return texts;
  for (let start = compact.indexOf('"'); start >= 0;) {
    const end = endOfString(compact, start);
    const text = compact.slice(start, end);
    if (text.includes("\\")) texts.push(new Leaf("string", JSON.parse(text)));
    start = compact.indexOf('"', end);
  }
  return texts;
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x5c) i++;
    else if (unit === 0x22) return i + 1;
  }
  return text.length;
}
