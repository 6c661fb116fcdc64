import { ANY, type CharSet, closeOverCase, complement, NEWLINE, union } from "./char_set.ts";
import { CONTROLS, POSIX, SHORTHANDS } from "./named_sets.ts";

/** What must hold between two characters. */
export type Assertion =
  | "text start"
  | "line start"
  | "text end"
  | "text end or final newline"
  | "line end"
  | "word boundary"
  | "no word boundary";

/** A regular expression as a tree. */
export type RegexNode =
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "assertion"; readonly assertion: Assertion }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly RegexNode[] }
  | {
    readonly kind: "repeat";
    readonly part: RegexNode;
    readonly least: number;
    /** Infinity where there is no bound. */
    readonly most: number;
  };

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
}

const LENGTH_MAX = 10_000;
const DEPTH_MAX = 100;
const REPEAT_MAX = 500;

/**
 * Parses the part of PCRE that an automaton can run: characters, classes, groups, alternation, quantifiers
 * (greedy or not, which makes no difference to whether a text matches), anchors, `\b`, `\d\w\s` and inline
 * flags. Throws SyntaxError with a sentence for anything else: look-around, back references, atomic groups
 * and possessive quantifiers would need backtracking.
 * @param flags of `i`, `m` and `s`
 */
export function parseRegex(source: string, flags: string): RegexNode {
  if (source.length > LENGTH_MAX) {
    throw new SyntaxError(`Cannot use regular expression: longer than ${LENGTH_MAX} characters`);
  }
  const start = { i: flags.includes("i"), m: flags.includes("m"), s: flags.includes("s") };
  return new RegexParser(source, start).parse();
}

class RegexParser {
  readonly #source: string;
  readonly #points: readonly string[];
  #flags: Flags;
  #next = 0;
  #depth = 0;

  constructor(source: string, flags: Flags) {
    this.#source = source;
    this.#points = [...source];
    this.#flags = flags;
  }

  parse(): RegexNode {
    const node = this.#choice();
    if (this.#next < this.#points.length) throw this.#error("`)` closes no group");
    return node;
  }

  #choice(): RegexNode {
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    return parts.length === 1 ? parts[0] : { kind: "choice", parts };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#next < this.#points.length && !"|)".includes(this.#points[this.#next])) {
      const atom = this.#atom();
      if (atom !== null) parts.push(this.#quantified(atom));
    }
    return parts.length === 1 ? parts[0] : { kind: "sequence", parts };
  }

  #quantified(atom: RegexNode): RegexNode {
    let node = atom;
    for (let bounds = this.#quantifier(); bounds !== null; bounds = this.#quantifier()) {
      if (node !== atom) throw this.#error("a quantifier follows a quantifier");
      node = { kind: "repeat", part: atom, least: bounds[0], most: bounds[1] };
      if (this.#take("+")) throw this.#error("possessive quantifiers are not supported");
      this.#take("?");
    }
    return node;
  }

  /** Bounds of the quantifier that stands here, or null. */
  #quantifier(): [number, number] | null {
    if (this.#take("*")) return [0, Infinity];
    if (this.#take("+")) return [1, Infinity];
    if (this.#take("?")) return [0, 1];
    if (this.#points[this.#next] !== "{") return null;
    const end = this.#points.indexOf("}", this.#next);
    if (end < 0) return null;
    const match = /^(\d+)(,(\d*))?$/.exec(this.#points.slice(this.#next + 1, end).join(""));
    // As in PCRE, a brace that opens no quantifier is a plain character.
    if (match === null) return null;
    this.#next = end + 1;
    const least = Number(match[1]);
    const most = match[2] === undefined ? least : match[3] === "" ? Infinity : Number(match[3]);
    if (most < least) throw this.#error(`{${match[0]}} is in the wrong order`);
    if (least > REPEAT_MAX || (most !== Infinity && most > REPEAT_MAX)) {
      throw this.#error(`{${match[0]}} repeats more than ${REPEAT_MAX} times`);
    }
    return [least, most];
  }

  /** One unit that a quantifier may follow; null for inline flags, which are none. */
  #atom(): RegexNode | null {
    const point = this.#points[this.#next++];
    switch (point) {
      case "(":
        return this.#group();
      case "[":
        return this.#set(this.#class());
      case ".":
        return { kind: "set", set: this.#flags.s ? ANY : complement([NEWLINE, NEWLINE]) };
      case "^":
        return { kind: "assertion", assertion: this.#flags.m ? "line start" : "text start" };
      case "$":
        return {
          kind: "assertion",
          assertion: this.#flags.m ? "line end" : "text end or final newline",
        };
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        throw this.#error(`\`${point}\` has nothing to repeat`);
      default:
        return this.#set(single(point));
    }
  }

  #group(): RegexNode | null {
    const outer = this.#flags;
    if (this.#take("?")) {
      const rest = this.#points.slice(this.#next, this.#next + 80).join("");
      const opening = /^(?:([ims]*)(?:-([ims]+))?([:)])|P?<([A-Za-z_]\w*)>)/.exec(rest);
      if (opening === null) {
        throw this.#error(`\`(?${rest.slice(0, 2)}\` is not supported: it would need backtracking`);
      }
      this.#next += opening[0].length;
      const [, on = "", off = "", end, name] = opening;
      if (name === undefined) this.#flags = switchFlags(outer, on, off);
      // `(?i)` holds up to the end of the group around it.
      if (end === ")") return null;
    } else if (this.#points[this.#next] === "*") {
      throw this.#error("verbs as `(*` are not supported");
    }
    if (++this.#depth > DEPTH_MAX) throw this.#error(`nested deeper than ${DEPTH_MAX} groups`);
    const inner = this.#choice();
    if (!this.#take(")")) throw this.#error("`(` is not closed");
    this.#depth--;
    this.#flags = outer;
    return inner;
  }

  #escape(): RegexNode {
    const point = this.#points[this.#next];
    const assertion = ASSERTIONS[point];
    if (assertion !== undefined) {
      this.#next++;
      return { kind: "assertion", assertion };
    }
    return this.#set(this.#escapedSet());
  }

  /** The set behind a backslash, in a class or outside. */
  #escapedSet(): CharSet {
    const point = this.#points[this.#next++];
    if (point === undefined) throw this.#error("it ends with a backslash");
    if (Object.hasOwn(SHORTHANDS, point)) return SHORTHANDS[point];
    if (Object.hasOwn(CONTROLS, point)) return [CONTROLS[point], CONTROLS[point]];
    if (point === "x") return single(String.fromCodePoint(this.#hex()));
    if (/[1-9]/.test(point)) throw this.#error("back references are not supported");
    if (/[A-Za-z0-9]/.test(point)) throw this.#error(`\`\\${point}\` is not supported`);
    return single(point);
  }

  #hex(): number {
    const rest = this.#points.slice(this.#next, this.#next + 10).join("");
    const match = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{1,2}))/.exec(rest);
    const point = match === null ? NaN : parseInt(match[1] ?? match[2], 16);
    if (!(point <= 0x10ffff)) throw this.#error("`\\x` is followed by no code point");
    this.#next += match![0].length;
    return point;
  }

  #class(): CharSet {
    const negated = this.#take("^");
    const sets: CharSet[] = [];
    // As in PCRE, a bracket that comes first is a plain character.
    for (let isFirst = true; isFirst || !this.#take("]"); isFirst = false) {
      const from = this.#classUnit();
      const isRange = this.#points[this.#next] === "-" && this.#points[this.#next + 1] !== "]" &&
        this.#next + 1 < this.#points.length && isSingle(from);
      if (!isRange) {
        sets.push(from);
        continue;
      }
      this.#next++;
      const to = this.#classUnit();
      if (!isSingle(to)) sets.push(from, single("-"), to);
      else if (to[0] < from[0]) throw this.#error("a range in a class is in the wrong order");
      else sets.push([from[0], to[0]]);
    }
    let set = union(sets);
    if (this.#flags.i) set = closeOverCase(set);
    return negated ? complement(set) : set;
  }

  #classUnit(): CharSet {
    const point = this.#points[this.#next++];
    if (point === undefined) throw this.#error("`[` is not closed");
    if (point === "[") {
      const name = /^:(\^?)([a-z]+):\]/.exec(
        this.#points.slice(this.#next, this.#next + 12).join(""),
      );
      if (name !== null) {
        if (!Object.hasOwn(POSIX, name[2])) throw this.#error(`\`[:${name[2]}:]\` is not known`);
        this.#next += name[0].length;
        return name[1] === "^" ? complement(POSIX[name[2]]) : POSIX[name[2]];
      }
    }
    if (point !== "\\") return single(point);
    if (this.#take("b")) return [0x08, 0x08];
    return this.#escapedSet();
  }

  #set(set: CharSet): RegexNode {
    return { kind: "set", set: this.#flags.i ? closeOverCase(set) : set };
  }

  #take(point: string): boolean {
    if (this.#points[this.#next] !== point) return false;
    this.#next++;
    return true;
  }

  #error(reason: string): SyntaxError {
    return new SyntaxError(`Cannot use regular expression \`${this.#source}\`: ${reason}`);
  }
}

const ASSERTIONS: Readonly<Record<string, Assertion | undefined>> = {
  A: "text start",
  z: "text end",
  Z: "text end or final newline",
  b: "word boundary",
  B: "no word boundary",
};
function single(character: string): CharSet {
  const point = character.codePointAt(0)!;
  return [point, point];
}

function isSingle(set: CharSet): boolean {
  return set.length === 2 && set[0] === set[1];
}

function switchFlags(flags: Flags, on: string, off: string): Flags {
  const isOn = (flag: "i" | "m" | "s") => !off.includes(flag) && (on.includes(flag) || flags[flag]);
  return { i: isOn("i"), m: isOn("m"), s: isOn("s") };
}
