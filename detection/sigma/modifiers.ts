import type { CompareOperator, TimePart } from "./ast.ts";
import { SigmaError } from "./sigma_error.ts";

/** Changes a text on its way to becoming a pattern; applied in the order written. */
export type Transform =
  | "contains"
  | "startswith"
  | "endswith"
  | "windash"
  | "base64"
  | "base64offset"
  | "utf16"
  | "utf16le"
  | "utf16be"
  | "wide";

/** What the modifiers behind a field's name come to. */
export interface ModifierPlan {
  readonly kind: "text" | "regex" | "cidr" | "compare" | "fieldref" | "exists";
  readonly every: boolean;
  readonly negated: boolean;
  readonly cased: boolean;
  readonly expand: boolean;
  readonly transforms: readonly Transform[];
  /** Of `i`, `m` and `s`, those behind `re`. */
  readonly regexFlags: string;
  readonly operator: CompareOperator;
  readonly part: TimePart | null;
}

const TRANSFORMS: readonly string[] = [
  "contains",
  "startswith",
  "endswith",
  "windash",
  "base64",
  "base64offset",
  "utf16",
  "utf16le",
  "utf16be",
  "wide",
] satisfies Transform[];
const OPERATORS: readonly string[] = ["lt", "lte", "gt", "gte"] satisfies CompareOperator[];
const PARTS: readonly string[] = [
  "minute",
  "hour",
  "day",
  "week",
  "month",
  "year",
] satisfies TimePart[];
const KINDS: Readonly<Record<string, ModifierPlan["kind"]>> = {
  re: "regex",
  cidr: "cidr",
  fieldref: "fieldref",
  exists: "exists",
};
/** What may stand beside a modifier that changes a value's type; `all`, `neq` and `expand` always may. */
const COMPANIONS: Readonly<Record<ModifierPlan["kind"], readonly string[]>> = {
  text: [...TRANSFORMS, "cased"],
  regex: ["i", "m", "s", "cased"],
  cidr: [],
  compare: [],
  fieldref: ["contains", "startswith", "endswith", "cased"],
  exists: [],
};

/**
 * Makes a plan of modifiers. Throws SigmaError for one that the specification does not list, and for
 * combinations that mean nothing, e.g. two that change the value's type.
 */
export function planModifiers(names: readonly string[], line: number): ModifierPlan {
  let kind = "text" as ModifierPlan["kind"];
  let operator = "eq" as CompareOperator;
  let part = null as TimePart | null;
  let typedBy = "";
  const others: string[] = [];
  const retype = (name: string, to: ModifierPlan["kind"]) => {
    // A time modifier and a comparison go together: `eventTime|hour|gte: 22`.
    const together = kind === "compare" && to === "compare" &&
      (part === null) !== (operator === "eq") && PARTS.includes(name) !== (part !== null);
    if (typedBy !== "" && !together) throw new SigmaError(line, clash(typedBy, name));
    kind = to;
    typedBy = name;
  };
  for (const name of names) {
    if (Object.hasOwn(KINDS, name)) retype(name, KINDS[name]);
    else if (OPERATORS.includes(name)) {
      retype(name, "compare");
      operator = name as CompareOperator;
    } else if (PARTS.includes(name)) {
      retype(name, "compare");
      part = name as TimePart;
    } else if (["i", "m", "s"].includes(name)) {
      if (kind !== "regex") {
        throw new SigmaError(
          line,
          `Cannot use modifier \`${name}\`: it does not stand behind \`re\``,
        );
      }
      others.push(name);
    } else if (TRANSFORMS.includes(name) || name === "cased") others.push(name);
    else if (!["all", "neq", "expand"].includes(name)) {
      throw new SigmaError(
        line,
        `Cannot use modifier \`${name}\`: the specification has no such modifier`,
      );
    }
  }
  const stranger = others.find((name) => !COMPANIONS[kind].includes(name));
  if (stranger !== undefined) throw new SigmaError(line, clash(typedBy, stranger));
  if (others.includes("cased") && others.includes("i")) {
    throw new SigmaError(line, clash("i", "cased"));
  }
  return {
    kind,
    every: names.includes("all"),
    negated: names.includes("neq"),
    cased: names.includes("cased"),
    expand: names.includes("expand"),
    transforms: others.filter((name) => TRANSFORMS.includes(name)) as Transform[],
    regexFlags: ["i", "m", "s"].filter((name) => others.includes(name)).join(""),
    operator,
    part,
  };
}

function clash(first: string, second: string): string {
  return `Cannot use modifier \`${second}\`: it does not go with \`${first}\``;
}
