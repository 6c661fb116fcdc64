import { LEVELS } from "../../core/types.ts";
import { MapReader } from "./map_reader.ts";

/** A correlation that was checked, as far as loading needs to know it. */
export interface CorrelationDocument {
  readonly title: string;
  readonly id: string | null;
  readonly name: string | null;
  /** Rules it builds on, by id or name. */
  readonly references: readonly string[];
  /** Whether the rules it builds on raise alerts of their own as well. */
  readonly generate: boolean;
}

const COUNTING = ["event_count", "value_count", "value_sum", "value_avg", "value_percentile"];
const TYPES = [...COUNTING, "temporal", "temporal_ordered"];
const OPERATORS = ["gt", "gte", "lt", "lte", "eq", "neq"];

/** Reads and checks a correlation. Throws SigmaError that names the line. */
export function readCorrelation(document: MapReader, title: string): CorrelationDocument {
  const correlation = document.section("correlation");
  const type = correlation.text("type");
  if (type === null || !TYPES.includes(type)) {
    throw correlation.error(correlation.line, `\`type\` is none of ${TYPES.join(", ")}`);
  }
  const references = correlation.texts("rules");
  if (references.length === 0) throw correlation.error(correlation.line, "no `rules`");
  if (!/^\d+[smhd]$/.test(correlation.text("timespan") ?? "")) {
    throw correlation.error(
      correlation.line,
      "`timespan` is no number followed by s, m, h or d",
    );
  }
  correlation.texts("group-by");
  if (correlation.has("aliases")) {
    for (const { value } of correlation.section("aliases").entries) {
      const alias = new MapReader(value, "alias");
      for (const { name } of alias.entries) alias.text(name);
    }
  }
  readCountCondition(correlation, type);
  const level = document.text("level");
  if (level !== null && !(LEVELS as readonly string[]).includes(level)) {
    throw document.error(
      document.entry("level")!.line,
      `\`level\` is none of ${LEVELS.join(", ")}`,
    );
  }
  return {
    title,
    id: document.text("id"),
    name: document.text("name"),
    references,
    // The text shows it beside `level`, its examples inside the section.
    generate: readGenerate(document) || readGenerate(correlation),
  };
}

function readCountCondition(correlation: MapReader, type: string): void {
  if (!correlation.has("condition")) {
    if (COUNTING.includes(type)) throw correlation.error(correlation.line, "no `condition`");
    return;
  }
  const condition = correlation.section("condition");
  for (const { name, line, value } of condition.entries) {
    if (name === "field") continue;
    if (!OPERATORS.includes(name)) {
      throw condition.error(line, `\`${name}\` is none of ${OPERATORS.join(", ")}`);
    }
    if (value.kind !== "number") throw condition.error(line, `\`${name}\` is no number`);
  }
  if (!condition.entries.some(({ name }) => OPERATORS.includes(name))) {
    throw condition.error(condition.line, "it compares with nothing");
  }
  const needsField = type.startsWith("value_");
  if (needsField && condition.texts("field").length === 0) {
    throw condition.error(condition.line, `\`${type}\` needs a \`field\``);
  }
}

function readGenerate(document: MapReader): boolean {
  const value = document.entry("generate")?.value;
  if (value === undefined) return false;
  if (value.kind !== "boolean") throw document.error(value.line, "`generate` is no boolean");
  return value.value;
}
