import type { ConditionAst, DetectionAst, SearchAst } from "./ast.ts";
import { parseCondition } from "./parse_condition.ts";
import { type ReadContext, readItem } from "./read_item.ts";
import { SigmaError } from "./sigma_error.ts";
import type { Entry, Tree } from "./yaml_tree.ts";

/**
 * Reads searches and their condition. Several conditions in a list count as one, joined by `or`.
 * Throws SigmaError that names the line.
 * @param line of the detection itself
 */
export function readDetection(
  entries: readonly Entry[],
  line: number,
  context: ReadContext,
): DetectionAst {
  const condition = entries.find((entry) => entry.name === "condition");
  if (condition === undefined) throw new SigmaError(line, "Cannot read detection: no `condition`");
  const searches: [string, SearchAst][] = [];
  for (const entry of entries) {
    if (entry === condition) continue;
    if (entry.name === "timeframe") {
      throw new SigmaError(
        entry.line,
        "Cannot read detection: `timeframe` is of Sigma 1; write a correlation instead",
      );
    }
    searches.push([entry.name, readSearch(entry, context)]);
  }
  const names = searches.map(([name]) => name);
  const parsed = readConditions(condition, names);
  const used = new Set(searchNames(parsed));
  for (const entry of entries) {
    if (entry !== condition && !used.has(entry.name)) {
      context.warn(entry.line, `Search \`${entry.name}\` is not part of the condition`);
    }
  }
  return { searches: Object.fromEntries(searches), condition: parsed };
}

function readConditions({ line, value }: Entry, names: readonly string[]): ConditionAst {
  const values = value.kind === "list" ? value.items : [value];
  const parts = values.map((one) => {
    // A search may be called `1`, so that its condition is a number to YAML.
    if (one.kind !== "text" && one.kind !== "number") {
      throw new SigmaError(one.line, "Cannot read detection: `condition` is no text");
    }
    try {
      return parseCondition(one.text, names);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new SigmaError(one.line, error.message);
    }
  });
  if (parts.length === 0) throw new SigmaError(line, "Cannot read detection: `condition` is empty");
  return parts.length === 1 ? parts[0] : { kind: "or", parts };
}

function readSearch({ name, line, value }: Entry, context: ReadContext): SearchAst {
  if (value.kind === "map") return readMap(value, name, context);
  if (value.kind !== "list") {
    throw new SigmaError(line, `Cannot read search \`${name}\`: it is neither a list nor a map`);
  }
  const maps: SearchAst[] = [];
  const keywords: Tree[] = [];
  for (const item of value.items) {
    if (item.kind === "map") maps.push(readMap(item, name, context));
    else keywords.push(item);
  }
  if (keywords.length > 0 || maps.length === 0) {
    maps.push(readItem("", line, { kind: "list", line, items: keywords }, context));
  }
  return maps.length === 1 ? maps[0] : { kind: "or", parts: maps };
}

function readMap(
  map: Extract<Tree, { kind: "map" }>,
  name: string,
  context: ReadContext,
): SearchAst {
  if (map.entries.length === 0) {
    throw new SigmaError(map.line, `Cannot read search \`${name}\`: it is empty`);
  }
  const parts = map.entries.map(({ name, line, value }) => readItem(name, line, value, context));
  return parts.length === 1 ? parts[0] : { kind: "and", parts };
}

function searchNames(condition: ConditionAst): string[] {
  switch (condition.kind) {
    case "search":
      return [condition.name];
    case "not":
      return searchNames(condition.part);
    default:
      return condition.parts.flatMap(searchNames);
  }
}
