/** The kinds of settings that {@linkcode RUN_SETTINGS} and the other lists are made of. */
import type { Setting } from "./settings.ts";

/** A setting that is one text, or left out. */
export function one<T>(
  setting: Omit<Setting<T>, "kind" | "parse">,
  parse: (text: string, folder: string) => T,
  fallback: T,
): Setting<T> {
  return {
    ...setting,
    kind: "text",
    parse: (texts, input) => texts.length === 0 ? fallback : parse(texts[0], input.folder),
  };
}

/** A setting that is on or off. */
export function switchSetting(help: string): Setting<boolean> {
  return { kind: "switch", help, parse: (texts) => texts.length > 0 };
}

/** A parser that takes one of a few words. */
export function choice<T extends string>(
  choices: readonly T[],
  notBuilt: readonly string[] = [],
): (text: string) => T {
  return (text) => {
    if (notBuilt.includes(text)) throw new Error(`${JSON.stringify(text)} is not built yet`);
    if (!(choices as readonly string[]).includes(text)) {
      throw new Error(`${JSON.stringify(text)} is none of ${choices.join(", ")}`);
    }
    return text as T;
  };
}

/** A parser of whole numbers within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text.replaceAll("_", ""));
    if (!/^[\d_]+$/.test(text) || number < min || number > max) {
      throw new Error(`${JSON.stringify(text)} is no whole number from ${min} to ${max}`);
    }
    return number;
  };
}

/** A setting that is a list of texts, empty where it is left out. */
export const nameList = (help: string): Setting<readonly string[]> => ({
  kind: "list",
  shape: "LIST",
  help,
  parse: (texts) => texts,
});
