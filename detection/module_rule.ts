import { LEVELS } from "../core/types.ts";
import { TrailsieveError } from "../core/errors.ts";
import type { Rule } from "./rule.ts";

/** Imports a module by its URL; the default of {@linkcode loadModuleRule} is `import()` itself. */
export type ImportModule = (url: string) => Promise<unknown>;

/**
 * Loads a TypeScript rule and checks its shape, since nothing checked its types. The rule is the module's
 * default export. Throws TrailsieveError `usage` that names the file and the field.
 */
export async function loadModuleRule(
  url: string,
  importModule: ImportModule = (url) => import(url),
): Promise<Rule> {
  let module: unknown;
  try {
    module = await importModule(url);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new TrailsieveError("usage", `Cannot load rule ${url}: ${found}`, { object: url, cause });
  }
  const rule = (module as { default?: unknown } | null)?.default;
  const problem = problemOfRule(rule);
  if (problem !== null) {
    throw new TrailsieveError("usage", `Cannot load rule ${url}: ${problem}`, {
      object: url,
      hint: "See the type Rule of trailsieve/rule, and `deno check` the file",
    });
  }
  return rule as Rule;
}

/** What keeps a value from being a Rule, or null. */
export function problemOfRule(value: unknown): string | null {
  if (value === undefined) return "it has no default export";
  if (typeof value !== "object" || value === null) return "its default export is no rule";
  const rule = value as Record<string, unknown>;
  for (const name of ["id", "title"]) {
    const text = rule[name];
    if (typeof text !== "string" || text.trim() === "") return `\`${name}\` is no text`;
  }
  if (/[\0\n]/.test(rule.id as string)) return "`id` holds a line break or NUL";
  if (!(LEVELS as readonly unknown[]).includes(rule.level)) {
    return `\`level\` is none of ${LEVELS.join(", ")}`;
  }
  for (const name of ["description", "author"]) {
    if (typeof rule[name] !== "string") return `\`${name}\` is no text`;
  }
  for (const name of ["tags", "references", "falsePositives"]) {
    if (!isTextList(rule[name])) return `\`${name}\` is no list of texts`;
  }
  for (const name of ["eventSources", "eventNames"]) {
    const list = rule[name];
    if (list === undefined) continue;
    if (!isTextList(list)) return `\`${name}\` is no list of texts`;
    // An empty list would be a rule that can never match, which nobody means.
    if (list.length === 0) return `\`${name}\` is empty`;
  }
  if (typeof rule.matches !== "function") return "`matches` is no function";
  for (const name of ["alertTitle", "dedupKey"]) {
    if (rule[name] !== undefined && typeof rule[name] !== "function") {
      return `\`${name}\` is no function`;
    }
  }
  return null;
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}
