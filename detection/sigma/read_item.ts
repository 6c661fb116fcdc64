import type { ItemAst, TestAst } from "./ast.ts";
import { compileCidr } from "./cidr.ts";
import { transformPattern } from "./encode_pattern.ts";
import { expandPlaceholders, type Placeholders } from "./expand_placeholders.ts";
import { type ModifierPlan, planModifiers } from "./modifiers.ts";
import { isNumber } from "./numbers.ts";
import { parsePattern, widen } from "./pattern.ts";
import { compileRegex } from "./regex/compile_regex.ts";
import { SigmaError } from "./sigma_error.ts";
import { PART_RANGES } from "./time_part.ts";
import type { Tree } from "./yaml_tree.ts";

/** What reading a detection needs, and where it notes what is doubtful. */
export interface ReadContext {
  readonly placeholders: Placeholders;
  warn(line: number, reason: string): void;
  /** Told every field of an event that the rule reads. */
  noteField(field: string, line: number): void;
}

/**
 * Reads a field with its modifiers and values; without a field's name the values are keywords.
 * Throws SigmaError that names the line.
 */
export function readItem(key: string, line: number, value: Tree, context: ReadContext): ItemAst {
  const [field, ...names] = key.split("|");
  const plan = planModifiers(names, line);
  if (field !== "") context.noteField(field, line);
  const keywords = field === "";
  const label = key === "" ? "keywords" : `\`${key}\``;
  if (keywords && !["text", "regex"].includes(plan.kind)) {
    throw new SigmaError(line, `Cannot read ${label}: this modifier needs a field`);
  }
  const values = value.kind === "list" ? value.items : [value];
  if (values.length === 0) throw new SigmaError(line, `Cannot read ${label}: its list is empty`);
  if (plan.every && values.length === 1) {
    throw new SigmaError(line, `Cannot read ${label}: \`all\` needs more than one value`);
  }
  if (plan.transforms.includes("base64offset") && !plan.transforms.includes("contains")) {
    context.warn(
      line,
      `${label} compares whole values: \`base64offset\` is meant for \`contains\``,
    );
  }
  const tests = values.map((one) => {
    if (one.kind === "null" && value.kind === "list") {
      throw new SigmaError(one.line, `Cannot read ${label}: null stands in a list of values`);
    }
    try {
      return readTest(one, plan, keywords, context);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new SigmaError(one.line, error.message);
    }
  });
  return {
    kind: "item",
    field: keywords ? null : field,
    every: plan.every,
    negated: plan.negated,
    tests,
  };
}

function readTest(
  value: Tree,
  plan: ModifierPlan,
  keywords: boolean,
  context: ReadContext,
): TestAst {
  if (value.kind === "map" || value.kind === "list") {
    throw new SyntaxError(
      "Cannot read value: a map or list stands where a single value is expected",
    );
  }
  if (plan.kind === "exists") {
    if (value.kind !== "boolean") {
      throw new SyntaxError("Cannot read value: `exists` takes true or false");
    }
    return { kind: "exists", present: value.value };
  }
  if (value.kind === "null") {
    const isPlain = plan.kind === "text" && plan.transforms.length === 0 && !plan.expand;
    if (!isPlain || keywords) {
      throw new SyntaxError("Cannot read value: null has nothing to compare");
    }
    return { kind: "null" };
  }
  const text = value.kind === "boolean" ? String(value.value) : value.text;
  const texts = plan.expand ? expandPlaceholders(text, context.placeholders) : [text];
  const tests = texts.flatMap((text) => {
    if (plan.kind !== "text") return [readTypedTest(text, value, plan, context)];
    return readTextTests(text, value, plan, keywords);
  });
  return tests.length === 1 ? tests[0] : { kind: "any", tests };
}

function readTextTests(
  text: string,
  value: Tree,
  plan: ModifierPlan,
  keywords: boolean,
): TestAst[] {
  return transformPattern(parsePattern(text), plan.transforms).map((pattern) => ({
    kind: "text",
    pattern: keywords ? widen(pattern, { before: true, behind: true }) : pattern,
    cased: plan.cased,
    number: value.kind === "number" && plan.transforms.length === 0,
  }));
}

function readTypedTest(
  text: string,
  value: Tree,
  plan: ModifierPlan,
  context: ReadContext,
): TestAst {
  switch (plan.kind) {
    case "regex":
      compileRegex(text, plan.regexFlags);
      return { kind: "regex", source: text, flags: plan.regexFlags };
    case "cidr":
      compileCidr(text);
      return { kind: "cidr", network: text };
    case "fieldref":
      if (value.kind !== "text" || text === "") {
        throw new SyntaxError("Cannot read value: `fieldref` takes the name of a field");
      }
      context.noteField(text, value.line);
      return { kind: "fieldref", field: text, cased: plan.cased, where: whereOf(plan) };
    case "compare":
      return readComparison(text, value, plan);
    default:
      throw new SyntaxError(`Cannot read value: \`${plan.kind}\` takes none`);
  }
}

function whereOf(plan: ModifierPlan): "whole" | "start" | "end" | "anywhere" {
  const start = plan.transforms.includes("startswith");
  const end = plan.transforms.includes("endswith");
  if (plan.transforms.includes("contains") || (start && end)) return "anywhere";
  return start ? "start" : end ? "end" : "whole";
}

function readComparison(text: string, value: Tree, plan: ModifierPlan): TestAst {
  // YAML writes hexadecimal and octal numbers too; the comparison knows decimal ones.
  const isOther = value.kind === "number" && !isNumber(text);
  const number = isOther ? String(Number(text)) : text;
  if (value.kind === "boolean" || !isNumber(number)) {
    const what = plan.part ?? plan.operator;
    throw new SyntaxError(`Cannot read value: \`${what}\` takes a number, not \`${text}\``);
  }
  if (plan.part !== null) {
    const [least, most] = PART_RANGES[plan.part];
    if (!(Number(number) >= least && Number(number) <= most)) {
      throw new SyntaxError(`Cannot read value: \`${plan.part}\` is from ${least} to ${most}`);
    }
  }
  return { kind: "compare", operator: plan.operator, value: number, part: plan.part };
}
