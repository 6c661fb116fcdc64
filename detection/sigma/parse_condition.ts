import type { ConditionAst } from "./ast.ts";

/** Brackets and `not`s within one another; a condition that people write has three. */
const DEPTH_MAX = 100;
/** Words of a condition. */
const TOKENS_MAX = 2000;

/**
 * Parses a condition: `or` binds least, then `and`, `not`, `1 of` and `all of`, brackets most. Operators
 * may be written in capitals. Patterns are resolved at once against the names there are.
 * Throws SyntaxError with a sentence for anything else, and for names and patterns that select nothing.
 */
export function parseCondition(source: string, names: readonly string[]): ConditionAst {
  const tokens: readonly string[] = source.match(/[()|]|[^\s()|]+/g) ?? [];
  if (tokens.length === 0) throw new SyntaxError("Cannot parse condition: it is empty");
  if (tokens.length > TOKENS_MAX) {
    throw new SyntaxError(`Cannot parse condition: more than ${TOKENS_MAX} words`);
  }
  if (tokens.includes("|")) {
    throw new SyntaxError(
      "Cannot parse condition: aggregation behind `|` is of Sigma 1; write a correlation instead",
    );
  }
  return new ConditionParser(tokens, names).parse();
}

class ConditionParser {
  readonly #tokens: readonly string[];
  readonly #names: readonly string[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly string[], names: readonly string[]) {
    this.#tokens = tokens;
    this.#names = names;
  }

  parse(): ConditionAst {
    const condition = this.#or();
    if (this.#next < this.#tokens.length) throw this.#unexpected("an operator or the end");
    return condition;
  }

  #or(): ConditionAst {
    const parts = [this.#and()];
    while (this.#take("or")) parts.push(this.#and());
    return parts.length === 1 ? parts[0] : { kind: "or", parts };
  }

  #and(): ConditionAst {
    const parts = [this.#not()];
    while (this.#take("and")) parts.push(this.#not());
    return parts.length === 1 ? parts[0] : { kind: "and", parts };
  }

  #not(): ConditionAst {
    if (!this.#take("not")) return this.#primary();
    this.#enter();
    const part = this.#not();
    this.#depth--;
    return { kind: "not", part };
  }

  #primary(): ConditionAst {
    if (this.#take("(")) {
      this.#enter();
      const inner = this.#or();
      if (!this.#take(")")) throw this.#unexpected("`)`");
      this.#depth--;
      return inner;
    }
    const word = this.#tokens[this.#next];
    if (word === undefined || word === ")" || isOperator(word)) {
      throw this.#unexpected("the name of a search");
    }
    this.#next++;
    if (this.#take("of")) return this.#quantified(word.toLowerCase());
    if (!this.#names.includes(word)) {
      throw new SyntaxError(`Cannot parse condition: no search is named \`${word}\``);
    }
    return { kind: "search", name: word };
  }

  #quantified(quantifier: string): ConditionAst {
    if (quantifier !== "1" && quantifier !== "any" && quantifier !== "all") {
      throw new SyntaxError(`Cannot parse condition: \`${quantifier} of\` is neither 1 nor all`);
    }
    const pattern = this.#tokens[this.#next];
    if (pattern === undefined || pattern === "(" || pattern === ")") {
      throw this.#unexpected("`them` or a pattern");
    }
    this.#next++;
    const names = this.#select(pattern);
    if (names.length === 0) {
      throw new SyntaxError(`Cannot parse condition: no search matches \`${pattern}\``);
    }
    const parts = names.map((name): ConditionAst => ({ kind: "search", name }));
    return parts.length === 1 ? parts[0] : { kind: quantifier === "all" ? "and" : "or", parts };
  }

  #select(pattern: string): string[] {
    const everything = pattern.toLowerCase() === "them";
    const matches = everything ? () => true : compileNamePattern(pattern);
    // Names that start with an underscore take part only where the pattern asks for them.
    const withHidden = !everything && pattern.startsWith("_");
    return this.#names.filter((name) => matches(name) && (withHidden || !name.startsWith("_")));
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#next]?.toLowerCase() !== token) return false;
    this.#next++;
    return true;
  }

  #enter(): void {
    if (++this.#depth > DEPTH_MAX) {
      throw new SyntaxError(`Cannot parse condition: nested deeper than ${DEPTH_MAX} levels`);
    }
  }

  #unexpected(expected: string): SyntaxError {
    const found = this.#tokens[this.#next];
    const state = found === undefined ? "it ends" : `\`${found}\` stands`;
    return new SyntaxError(`Cannot parse condition: ${state} where ${expected} is expected`);
  }
}

function isOperator(word: string): boolean {
  return ["and", "or", "not", "of"].includes(word.toLowerCase());
}

/** `*` stands for any number of characters; the rest is compared to the letter. */
function compileNamePattern(pattern: string): (name: string) => boolean {
  const [first, ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return (name) => name === pattern;
  return (name) => {
    if (!name.startsWith(first)) return false;
    let from = first.length;
    for (const piece of rest) {
      const at = name.indexOf(piece, from);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return name.length - last.length >= from && name.endsWith(last);
  };
}
