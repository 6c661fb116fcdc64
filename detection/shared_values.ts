/**
 * Values that come again with the next events: the same programs, addresses and sessions make many calls.
 * Keeping them spares parsing, folding and testing the same text again. Both caches are bounded.
 */
import { Leaf } from "./leaf.ts";

/** Longer texts seldom come again. */
const LEAF_LENGTH_MAX = 512;
const LEAVES_MAX = 4096;
const leaves = new Map<string, Leaf>();

/** The leaf of a string value; one that is kept remembers what rules found out about it. */
export function stringLeaf(text: string): Leaf {
  if (text.length > LEAF_LENGTH_MAX) return new Leaf("string", text);
  let leaf = leaves.get(text);
  if (leaf === undefined) {
    if (leaves.size >= LEAVES_MAX) leaves.clear();
    leaves.set(text, leaf = new Leaf("string", text, true));
  }
  return leaf;
}

const leavesByJson = new Map<string, Leaf>();

/** The leaf of a string without escapes, by its JSON text: looking that up spares cutting the quotes off. */
export function plainStringLeaf(json: string): Leaf {
  let leaf = leavesByJson.get(json);
  if (leaf === undefined) {
    leaf = stringLeaf(json.slice(1, -1));
    if (json.length > LEAF_LENGTH_MAX) return leaf;
    if (leavesByJson.size >= LEAVES_MAX) leavesByJson.clear();
    leavesByJson.set(json, leaf);
  }
  return leaf;
}

/** Whether JSON text is a string without escapes: what stands between the quotes is its value. */
export function isPlainString(text: string): boolean {
  return text.charCodeAt(0) === 0x22 && !text.includes("\\");
}

/** The value of JSON text. */
export function parseValue(text: string): unknown {
  return isPlainString(text) ? text.slice(1, -1) : JSON.parse(text);
}

const IDENTITY_LENGTH_MAX = 2048;
const IDENTITIES_MAX = 2048;
const identities = new Map<string, unknown>();

/** The parsed `userIdentity` of a record: one session's calls carry the same text. Frozen, since it is shared. */
export function parseIdentity(text: string): unknown {
  if (text.length > IDENTITY_LENGTH_MAX) return JSON.parse(text);
  let identity = identities.get(text);
  if (identity === undefined) {
    if (identities.size >= IDENTITIES_MAX) identities.clear();
    identities.set(text, identity = freeze(JSON.parse(text)));
  }
  return identity;
}

/** Its depth is bounded by the length of the text. */
function freeze(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
