import { SigmaError } from "./sigma_error.ts";
import type { Entry, Tree } from "./yaml_tree.ts";

/** A document's or section's entries, asked by name and type. Each method throws SigmaError for a wrong type. */
export class MapReader {
  readonly line: number;
  readonly entries: readonly Entry[];
  readonly #what: string;

  /** @param what how a reason calls it, e.g. `document` or `correlation` */
  constructor(tree: Tree, what: string) {
    if (tree.kind !== "map") throw new SigmaError(tree.line, `Cannot read ${what}: it is no map`);
    this.line = tree.line;
    this.entries = tree.entries;
    this.#what = what;
  }

  entry(name: string): Entry | undefined {
    return this.entries.find((entry) => entry.name === name);
  }

  has(name: string): boolean {
    return this.entry(name) !== undefined;
  }

  /** A section that must be there. */
  section(name: string): MapReader {
    const entry = this.entry(name);
    if (entry === undefined) throw this.error(this.line, `no \`${name}\``);
    return new MapReader(entry.value, `\`${name}\``);
  }

  /** A text; null where it is absent or empty. A number or boolean is taken as written. */
  text(name: string): string | null {
    const entry = this.entry(name);
    if (entry === undefined || entry.value.kind === "null") return null;
    const { value } = entry;
    if (value.kind === "map" || value.kind === "list") {
      throw this.error(value.line, `\`${name}\` is no text`);
    }
    const text = value.kind === "boolean" ? String(value.value) : value.text;
    return text.trim() === "" ? null : text.trim();
  }

  /** A list of texts, empty where it is absent; a single text counts as a list of one, null for nothing. */
  texts(name: string): string[] {
    const entry = this.entry(name);
    if (entry === undefined || entry.value.kind === "null") return [];
    const items = entry.value.kind === "list" ? entry.value.items : [entry.value];
    return items.flatMap((item) => {
      if (item.kind === "map" || item.kind === "list") {
        throw this.error(item.line, `\`${name}\` is no list of texts`);
      }
      if (item.kind === "null") return [];
      return [item.kind === "boolean" ? String(item.value) : item.text];
    });
  }

  error(line: number, reason: string): SigmaError {
    return new SigmaError(line, `Cannot read ${this.#what}: ${reason}`);
  }
}
