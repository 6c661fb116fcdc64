/** Sets of instants as sorted, disjoint ranges, and what a filter of DuckDB's plan says of them. */

/** From `fromMs` to `toMs`, both inclusive, in ms since the epoch. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Every instant. */
export const ALL_TIME: readonly TimeRange[] = [{ fromMs: -Infinity, toMs: Infinity }];

/** Instants that are in one of two sets, in whole ms. */
export function unite(a: readonly TimeRange[], b: readonly TimeRange[]): TimeRange[] {
  const sorted = [...a, ...b].sort((x, y) => x.fromMs - y.fromMs || x.toMs - y.toMs);
  const united: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of sorted) {
    const last = united.at(-1);
    if (last !== undefined && fromMs <= last.toMs + 1) last.toMs = Math.max(last.toMs, toMs);
    else united.push({ fromMs, toMs });
  }
  return united;
}

/** Instants that are in both of two sets. */
export function intersect(a: readonly TimeRange[], b: readonly TimeRange[]): TimeRange[] {
  const both = a.flatMap((x) =>
    b.map((y) => ({ fromMs: Math.max(x.fromMs, y.fromMs), toMs: Math.min(x.toMs, y.toMs) }))
  );
  return unite(both.filter(({ fromMs, toMs }) => fromMs <= toMs), []);
}

/** Whether a range that excludes its end shares an instant with a set. */
export function meets(ranges: readonly TimeRange[], startMs: number, endMs: number): boolean {
  return ranges.some(({ fromMs, toMs }) => fromMs < endMs && toMs >= startMs);
}

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|(optional:|::TIMESTAMP WITH TIME ZONE|IS NOT NULL|AND|OR|IN|>=|<=|!=|<>|=|<|>|[(),])|("?[a-z_]+"?))/y;

/**
 * The instants that a filter lets pass, as DuckDB's plan prints it: comparisons of `column` with constants,
 * IN, AND and OR. Null where it is a filter of another kind: it may let anything pass.
 */
export function timesOfFilter(text: string, column: string): TimeRange[] | null {
  const tokens = tokenize(text);
  if (tokens === null) return null;
  const reader = new FilterReader(tokens, column);
  try {
    return reader.read();
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}

class NotUnderstood extends Error {}

function tokenize(text: string): string[] | null {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const match = pattern.exec(text);
    if (match === null) return null;
    tokens.push(match[1] ?? match[2] ?? match[3]);
  }
  return tokens;
}

class FilterReader {
  readonly #tokens: readonly string[];
  readonly #column: string;
  #at = 0;

  constructor(tokens: readonly string[], column: string) {
    this.#tokens = tokens;
    this.#column = column;
  }

  read(): TimeRange[] {
    this.#accept("optional:");
    const ranges = this.#either();
    if (this.#at < this.#tokens.length) throw new NotUnderstood();
    return ranges;
  }

  #either(): TimeRange[] {
    let ranges = this.#all();
    while (this.#accept("OR")) ranges = unite(ranges, this.#all());
    return ranges;
  }

  #all(): TimeRange[] {
    let ranges = this.#one();
    while (this.#accept("AND")) ranges = intersect(ranges, this.#one());
    return ranges;
  }

  #one(): TimeRange[] {
    if (this.#accept("(")) {
      const ranges = this.#either();
      this.#expect(")");
      return ranges;
    }
    this.#expect(this.#column);
    if (this.#accept("IS NOT NULL")) return [...ALL_TIME];
    if (this.#accept("IN")) {
      this.#expect("(");
      let ranges: TimeRange[] = [];
      do ranges = unite(ranges, [this.#instant()]); while (this.#accept(","));
      this.#expect(")");
      return ranges;
    }
    const operator = this.#tokens[this.#at++];
    const { fromMs, toMs } = this.#instant();
    if (operator === "=") return [{ fromMs, toMs }];
    // A file that begins where this ends is left out; `>` is taken as `>=`, since a file ends within a ms.
    if (operator === "<") return [{ fromMs: -Infinity, toMs: toMs - 1 }];
    if (operator === "<=") return [{ fromMs: -Infinity, toMs }];
    if (operator === ">" || operator === ">=") return [{ fromMs, toMs: Infinity }];
    if (operator === "!=" || operator === "<>") return [...ALL_TIME];
    throw new NotUnderstood();
  }

  /** A constant such as `'2026-01-02 03:04:05.123456+00'::TIMESTAMP WITH TIME ZONE`: the ms that hold it. */
  #instant(): TimeRange {
    const text = this.#tokens[this.#at++] ?? "";
    this.#expect("::TIMESTAMP WITH TIME ZONE");
    if (text === "'infinity'") return { fromMs: Infinity, toMs: Infinity };
    if (text === "'-infinity'") return { fromMs: -Infinity, toMs: -Infinity };
    const match = /^'(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})?\+00'$/.exec(text);
    if (match === null) throw new NotUnderstood();
    const ms = Date.parse(`${match[1]}T${match[2]}Z`) + Number(`0${match[3] ?? ""}`) * 1000;
    return { fromMs: Math.floor(ms), toMs: Math.ceil(ms) };
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw new NotUnderstood();
  }
}
