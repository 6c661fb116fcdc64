/**
 * A second reading of Sigma, as plain as it can be and without any code of the engine. It knows what SigmaHQ's CloudTrail rules use, and throws at anything else.
 */
import { parse } from "yaml";

type Values = readonly unknown[];

/** A test whether a rule's document matches a record. */
export function referenceRule(
  ruleText: string,
  placeholders: Readonly<Record<string, readonly string[]>>,
): (record: unknown) => boolean {
  const { detection } = parse(ruleText);
  const names = Object.keys(detection).filter((name) => name !== "condition");
  return (record) => {
    const holds = (name: string) => searchHolds(detection[name], record, placeholders);
    const script = (detection.condition as string)
      .replace(/(1|all) of (\S+)/g, (_, quantifier: string, pattern: string) => {
        const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
        const results = names.filter((name) => expression.test(name)).map(holds);
        return String(quantifier === "1" ? results.some(Boolean) : results.every(Boolean));
      })
      .replace(/\w+/g, (word) => {
        const operators: Record<string, string> = { and: "&&", or: "||", not: "!" };
        if (word === "true" || word === "false") return word;
        return operators[word] ?? String(holds(word));
      });
    return new Function(`return ${script}`)();
  };
}

function searchHolds(
  search: unknown,
  record: unknown,
  placeholders: Readonly<Record<string, readonly string[]>>,
): boolean {
  if (Array.isArray(search)) return search.some((one) => searchHolds(one, record, placeholders));
  return Object.entries(search as Record<string, unknown>).every(([key, value]) => {
    const [field, ...modifiers] = key.split("|");
    const found = valuesAt(record, field.split("."));
    const wanted = (Array.isArray(value) ? value : [value]).flatMap((one) =>
      modifiers.includes("expand") ? placeholders[(one as string).replaceAll("%", "")] : [one]
    );
    const test = (one: unknown) => found.some((text) => valueHolds(one, text, modifiers, record));
    if (value === null) return found.length === 0 || found.includes(null);
    return modifiers.includes("all") ? wanted.every(test) : wanted.some(test);
  });
}

function valueHolds(
  wanted: unknown,
  found: unknown,
  modifiers: readonly string[],
  record: unknown,
): boolean {
  if (found === null) return false;
  const text = typeof found === "object" ? JSON.stringify(found) : String(found);
  if (modifiers.includes("re")) return new RegExp(String(wanted)).test(text);
  if (modifiers.includes("fieldref")) {
    return valuesAt(record, String(wanted).split(".")).some((other) =>
      other !== null && String(other).toLowerCase() === text.toLowerCase()
    );
  }
  const known = ["contains", "startswith", "all", "expand"];
  const other = modifiers.find((modifier) => !known.includes(modifier));
  if (other !== undefined) throw new Error(`the reference does not know ${other}`);
  const escaped = String(wanted).replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*").replaceAll("?", "[^]");
  const before = modifiers.includes("contains") ? "" : "^";
  const behind = modifiers.includes("contains") || modifiers.includes("startswith") ? "" : "$";
  return new RegExp(before + escaped + behind, "i").test(text);
}

function valuesAt(value: unknown, path: readonly string[]): Values {
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, path));
  if (path.length === 0) return [value];
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, path[0])) return [];
  return valuesAt((value as Record<string, unknown>)[path[0]], path.slice(1));
}
