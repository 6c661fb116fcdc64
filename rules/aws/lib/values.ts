import type { EventView } from "trailsieve/rule";

/** A JSON object as an event holds it. */
export type JsonObject = { readonly [name: string]: unknown };

/** The value if it is an object, else `undefined`: CloudTrail puts strings and null in their place. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : undefined;
}

/**
 * The values of a list in any of the shapes that CloudTrail uses for one: an array, `{ "items": […] }`,
 * or a single value in place of a list of one. Absent, null and `{}` are empty.
 */
export function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  const object = asObject(value);
  if (object === undefined) return [value];
  if ("items" in object) return asList(object.items);
  return Object.keys(object).length === 0 ? [] : [object];
}

/** The texts among the values of a list; numbers (an account without quotes) become text. */
export function asTexts(value: unknown): readonly string[] {
  const texts: string[] = [];
  for (const element of asList(value)) {
    const text = asText(element);
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

/** The value as text if it is a string or a number. */
export function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : undefined;
}

/** A flag that CloudTrail writes as a boolean or, for some services, as the text of one. */
export function asFlag(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  const text = value.toLowerCase();
  return text === "true" ? true : text === "false" ? false : undefined;
}

/** The text at a path of the event. */
export function readText(event: EventView, path: string): string | undefined {
  return asText(event.get(path));
}

/** The number at a path, also where it is written as text. */
export function readNumber(event: EventView, path: string): number | undefined {
  const text = readText(event, path);
  if (text === undefined || text.trim() === "") return undefined;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}
