import { Buffer } from "node:buffer";
import type { Transform } from "./modifiers.ts";
import { DASH, DASHES, loosenDashes, type Pattern, type PatternPart, widen } from "./pattern.ts";

/** A pattern whose plain text stands for characters, or for bytes with one character a byte. */
interface Value {
  readonly pattern: Pattern;
  readonly bytes: boolean;
}

/** An encoder must see each dash decided; beyond this many combinations a rule is refused. */
const DASH_COMBINATIONS_MAX = 625;

/**
 * Applies transformation modifiers in the order written. One value may become several, of which any counts.
 * Throws SyntaxError with a sentence where a value cannot be encoded, e.g. one with wildcards in Base64.
 */
export function transformPattern(pattern: Pattern, transforms: readonly Transform[]): Pattern[] {
  let values: Value[] = [{ pattern, bytes: false }];
  for (const transform of transforms) {
    values = values.flatMap((value) => applyTransform(value, transform));
  }
  return values.map(({ pattern }) => pattern);
}

function applyTransform(value: Value, transform: Transform): Value[] {
  const { pattern, bytes } = value;
  switch (transform) {
    case "contains":
      return [{ pattern: widen(pattern, { before: true, behind: true }), bytes }];
    case "startswith":
      return [{ pattern: widen(pattern, { before: false, behind: true }), bytes }];
    case "endswith":
      return [{ pattern: widen(pattern, { before: true, behind: false }), bytes }];
    case "windash":
      return [{ pattern: loosenDashes(pattern), bytes }];
    case "wide":
    case "utf16le":
    case "utf16be":
    case "utf16":
      return decideDashes(pattern).map((decided) => ({
        pattern: encodeUtf16(decided, transform),
        bytes: true,
      }));
    case "base64":
      return decideDashes(pattern).map((decided) => ({
        pattern: [bytesOf(decided, bytes, transform).toString("base64")],
        bytes: false,
      }));
    case "base64offset":
      return decideDashes(pattern).flatMap((decided) =>
        base64AtOffsets(bytesOf(decided, bytes, transform)).map((text) => ({
          pattern: [text],
          bytes: false,
        }))
      );
  }
}

/** UTF-16 bytes of the plain text, wildcards kept where they are. */
function encodeUtf16(pattern: Pattern, transform: Transform): Pattern {
  const encoded = pattern.map((part): PatternPart => {
    if (typeof part !== "string") return part;
    const bytes = Buffer.from(part, "utf16le");
    return (transform === "utf16be" ? bytes.swap16() : bytes).toString("latin1");
  });
  // The byte order mark of little endian, as the specification's example has it.
  return transform === "utf16" ? ["\xff\xfe", ...encoded] : encoded;
}

function bytesOf(pattern: Pattern, bytes: boolean, transform: Transform): Buffer {
  const joined = pattern.every((part) => typeof part === "string") ? pattern.join("") : null;
  if (joined === null) {
    throw new SyntaxError(`Cannot apply \`${transform}\`: the value holds wildcards`);
  }
  return Buffer.from(joined, bytes ? "latin1" : "utf8");
}

/** What the bytes look like inside a longer Base64 text, at each of the three places they can start. */
function base64AtOffsets(bytes: Buffer): string[] {
  if (bytes.length < 2) {
    throw new SyntaxError("Cannot apply `base64offset`: the value is too short to be recognized");
  }
  return [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    // A character of Base64 holds six bits: those that share bits with unknown neighbours are cut off.
    const first = Math.ceil(offset * 8 / 6);
    const end = Math.floor((offset + bytes.length) * 8 / 6);
    return text.slice(first, end);
  });
}

/** Every combination of dashes, where there are any. */
function decideDashes(pattern: Pattern): Pattern[] {
  const count = pattern.filter((part) => part === DASH).length;
  if (DASHES.length ** count > DASH_COMBINATIONS_MAX) {
    throw new SyntaxError(
      `Cannot apply \`windash\` before an encoding: ${count} dashes have more than ${DASH_COMBINATIONS_MAX} combinations`,
    );
  }
  let decided: PatternPart[][] = [[]];
  for (const part of pattern) {
    const choices = part === DASH ? DASHES : [part];
    decided = decided.flatMap((start) => choices.map((choice) => [...start, choice]));
  }
  return decided;
}
