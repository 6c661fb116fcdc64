import { parse } from "yaml";
import { TrailsieveError } from "../core/errors.ts";

/**
 * Reads the lists that Sigma's `expand` fills in: YAML or JSON of names, without percent signs, to a value or a
 * list of values. Throws TrailsieveError `usage` with the file and the reason.
 */
export async function readPlaceholders(path: string): Promise<Record<string, readonly string[]>> {
  let document: unknown;
  try {
    document = parse(await Deno.readTextFile(path), { maxAliasCount: 0 });
  } catch (cause) {
    throw new TrailsieveError(
      "usage",
      `Cannot read placeholders ${path}: ${(cause as Error).message}`,
      { cause },
    );
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new TrailsieveError(
      "usage",
      `Cannot read placeholders ${path}: it is no map of names to lists`,
    );
  }
  return Object.fromEntries(
    Object.entries(document).map(([name, values]) => {
      const list: unknown[] = Array.isArray(values) ? values : [values];
      if (!list.every((value) => typeof value === "string" || typeof value === "number")) {
        throw new TrailsieveError(
          "usage",
          `Cannot read placeholders ${path}: ${name} holds something else than texts and numbers`,
        );
      }
      return [name, list.map(String)];
    }),
  );
}
