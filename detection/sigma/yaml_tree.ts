/**
 * YAML as a tree that knows its lines. Scalars keep the source's own text, which `1.10` and an account id
 * with a leading zero would lose as numbers.
 */
import type { Alias, Document, LineCounter as LineCounterType, Node, Pair } from "yaml";
import { SigmaError } from "./sigma_error.ts";

/** One value of a document; `line` is 1-based. */
export type Tree =
  | { readonly kind: "map"; readonly line: number; readonly entries: readonly Entry[] }
  | { readonly kind: "list"; readonly line: number; readonly items: readonly Tree[] }
  | { readonly kind: "text" | "number"; readonly line: number; readonly text: string }
  | { readonly kind: "boolean"; readonly line: number; readonly value: boolean }
  | { readonly kind: "null"; readonly line: number };

/** A name and its value in a map. */
export interface Entry {
  readonly name: string;
  readonly line: number;
  readonly value: Tree;
}

/** One document of a file: its tree, or what is wrong with it. */
export type YamlDocument = Tree | SigmaError;

/** Values of one document, aliases followed: a rule has some dozens, a bomb of aliases has billions. */
const VALUES_MAX = 50_000;
/** Levels of nesting: a rule has about five. */
const DEPTH_MAX = 32;

/**
 * Parses every document of a file; empty ones are left out. Never throws on what the text holds.
 * The parser is loaded at the first call: it reads the environment, which an isolate may not.
 */
export async function parseYaml(text: string): Promise<YamlDocument[]> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  let parsed: readonly Document[];
  try {
    // Equal keys are looked for here: the parser compares each with each.
    parsed = yaml.parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      version: "1.2",
    });
  } catch (error) {
    return [parseError(1, error as Error)];
  }
  const documents: YamlDocument[] = [];
  for (const document of parsed) {
    const [error] = document.errors;
    if (error !== undefined) {
      documents.push(parseError(lines.linePos(error.pos[0]).line, error));
      continue;
    }
    if (document.contents === null || isEmptyScalar(document.contents, yaml)) continue;
    try {
      documents.push(new TreeBuilder(yaml, lines).build(document.contents, 0));
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      documents.push(error);
    }
  }
  return documents;
}

function parseError(line: number, { message }: Error): SigmaError {
  // The parser recurses; what its stack cannot take is deeper than any rule.
  const found = message.includes("call stack") ? "nested too deep" : message.replace(/\s+/g, " ");
  return new SigmaError(line, `Cannot parse YAML: ${found}`);
}

type Yaml = typeof import("yaml");

function isEmptyScalar(node: unknown, yaml: Yaml): boolean {
  return yaml.isScalar(node) && node.value === null && (node.source ?? "") === "";
}

class TreeBuilder {
  readonly #yaml: Yaml;
  readonly #lines: LineCounterType;
  readonly #anchors = new Map<string, Node>();
  /** Anchored nodes that are being built: an alias to one of these would never end. */
  readonly #open = new Set<Node>();
  #valueCount = 0;

  constructor(yaml: Yaml, lines: LineCounterType) {
    this.#yaml = yaml;
    this.#lines = lines;
  }

  build(node: unknown, depth: number): Tree {
    const { isAlias, isMap, isScalar, isSeq } = this.#yaml;
    const line = this.#lineOf(node);
    if (++this.#valueCount > VALUES_MAX) {
      throw new SigmaError(
        line,
        `Cannot read document: more than ${VALUES_MAX} values, aliases followed`,
      );
    }
    if (depth > DEPTH_MAX) {
      throw new SigmaError(line, `Cannot read document: nested deeper than ${DEPTH_MAX} levels`);
    }
    if (isAlias(node)) return this.build(this.#resolve(node, line), depth + 1);
    if (isScalar(node)) {
      this.#note(node);
      const { value } = node;
      if (value === null || value === undefined) return { kind: "null", line };
      if (typeof value === "boolean") return { kind: "boolean", line, value };
      if (typeof value === "string") return { kind: "text", line, text: value };
      return { kind: "number", line, text: node.source ?? String(value) };
    }
    if (!isMap(node) && !isSeq(node)) return { kind: "null", line };
    this.#note(node);
    this.#open.add(node);
    const tree: Tree = isSeq(node)
      ? { kind: "list", line, items: node.items.map((item) => this.build(item, depth + 1)) }
      : { kind: "map", line, entries: this.#entries(node.items, depth) };
    this.#open.delete(node);
    return tree;
  }

  #entries(pairs: readonly Pair[], depth: number): Entry[] {
    const names = new Set<string>();
    return pairs.map((pair) => {
      const key = this.build(pair.key, depth + 1);
      if (key.kind === "map" || key.kind === "list") {
        throw new SigmaError(key.line, "Cannot read document: a key is a map or a list");
      }
      const name = key.kind === "null" ? "" : key.kind === "boolean" ? String(key.value) : key.text;
      if (names.has(name)) {
        throw new SigmaError(key.line, `Cannot read document: key \`${name}\` occurs twice`);
      }
      names.add(name);
      const value: Tree = pair.value === null
        ? { kind: "null", line: key.line }
        : this.build(pair.value, depth + 1);
      return { name, line: key.line, value };
    });
  }

  #note(node: Node & { anchor?: string }): void {
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
  }

  #resolve(alias: Alias, line: number): Node {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) {
      throw new SigmaError(
        line,
        `Cannot read document: no anchor \`${alias.source}\` before its alias`,
      );
    }
    if (this.#open.has(target)) {
      throw new SigmaError(line, `Cannot read document: \`${alias.source}\` contains itself`);
    }
    return target;
  }

  #lineOf(node: unknown): number {
    const start = (node as { range?: readonly number[] | null } | null)?.range?.[0];
    return start === undefined ? 1 : this.#lines.linePos(start).line;
  }
}
