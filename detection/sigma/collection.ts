import type { OtherDocument, RuleProblem, RuleSet } from "../rule_spec.ts";
import type { SigmaFilterSpec, SigmaRuleSpec } from "./ast.ts";
import type { Placeholders } from "./expand_placeholders.ts";
import type { CorrelationDocument } from "./read_correlation.ts";
import { type FilterDocument, readDocument, type SigmaDocument } from "./read_document.ts";
import { SigmaError } from "./sigma_error.ts";
import { parseYaml, type Tree } from "./yaml_tree.ts";

interface Located<T> {
  readonly file: string;
  readonly line: number;
  readonly document: T;
}

/** Collects the Sigma documents of many files, then settles how they refer to one another. */
export class SigmaCollection {
  readonly #placeholders: Placeholders;
  readonly #rules: Located<SigmaRuleSpec>[] = [];
  readonly #filters: Located<FilterDocument>[] = [];
  readonly #correlations: Located<CorrelationDocument>[] = [];
  readonly #problems: RuleProblem[] = [];
  readonly #warnings: RuleProblem[] = [];
  readonly #notApplicable: OtherDocument[] = [];
  readonly #refused: OtherDocument[] = [];
  /** Ids and names of rules for other log sources, which filters and correlations may name too. */
  readonly #elsewhere = new Set<string>();

  constructor(placeholders: Placeholders) {
    this.#placeholders = placeholders;
  }

  /** Reads all documents of a file; what is wrong with one keeps none of the others back. */
  async add(file: string, bytes: Uint8Array): Promise<void> {
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      this.#problems.push({ file, line: 0, reason: "Cannot read rule file: it is not UTF-8" });
      return;
    }
    const documents = await parseYaml(text);
    if (documents.length === 0) {
      this.#problems.push({ file, line: 0, reason: "Cannot read rule file: it holds no document" });
    }
    for (const document of documents) {
      if (document instanceof SigmaError) this.#note(file, document);
      else this.#addDocument(file, document);
    }
  }

  /**
   * The rules and filters, and everything else by what became of it.
   * @param options.othersMayBeNamed whether there are rules whose ids are not known here
   */
  finish(options: { readonly othersMayBeNamed: boolean }): Omit<RuleSet, "hash"> {
    const rules = this.#withoutDuplicates(this.#takeOutCorrelated());
    const filters = this.#filters.map((filter) => this.#settleFilter(filter, options));
    return {
      specs: [...rules, ...filters],
      problems: this.#problems,
      warnings: this.#warnings,
      notApplicable: this.#notApplicable,
      refused: this.#refused,
    };
  }

  #addDocument(file: string, tree: Tree): void {
    const { line } = tree;
    const warnings: RuleProblem[] = [];
    let read: SigmaDocument;
    try {
      read = readDocument(tree, {
        file,
        placeholders: this.#placeholders,
        warn: (line, reason) => warnings.push({ file, line, reason }),
      });
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      this.#note(file, error);
      return;
    }
    this.#warnings.push(...warnings);
    switch (read.kind) {
      case "rule":
        this.#rules.push({ file, line, document: read.rule });
        break;
      case "filter":
        this.#filters.push({ file, line, document: read.filter });
        break;
      case "correlation":
        this.#correlations.push({ file, line, document: read.correlation });
        break;
      case "elsewhere":
        for (const id of read.ids) this.#elsewhere.add(id);
        this.#notApplicable.push({ file, line, title: read.title, reason: read.reason });
        break;
      case "unsupported":
        this.#refused.push({ file, line, title: read.rule.title, reason: read.reason });
        break;
    }
  }

  /** Lists correlations as refused, and with them the rules of their own files that exist for them alone. */
  #takeOutCorrelated(): Located<SigmaRuleSpec>[] {
    const correlationNames = new Set(
      this.#correlations.flatMap(({ document: { id, name } }) => [id, name]),
    );
    const partOf = new Map<SigmaRuleSpec, string>();
    for (const { file, line, document } of this.#correlations) {
      const { title, references, generate } = document;
      const strangers: string[] = [];
      for (const reference of references) {
        const rule = this.#rules.find(({ document }) => isCalled(document, reference));
        if (rule !== undefined) {
          if (!generate && rule.file === file) partOf.set(rule.document, title);
        } else if (!correlationNames.has(reference) && !this.#elsewhere.has(reference)) {
          strangers.push(reference);
        }
      }
      const reason = strangers.length === 0
        ? "correlations are not run by this version"
        : this.#whyStrange(strangers[0]);
      this.#refused.push({ file, line, title, reason });
    }
    return this.#rules.filter(({ file, line, document }) => {
      const correlation = partOf.get(document);
      if (correlation === undefined) return true;
      const reason = `it is only part of the correlation \`${correlation}\`, which is not run`;
      this.#refused.push({ file, line, title: document.title, reason });
      return false;
    });
  }

  #whyStrange(reference: string): string {
    const isTitle = this.#rules.some(({ document }) => document.title === reference);
    return isTitle
      ? `it names the rule \`${reference}\` by its title, not by id or name`
      : `it names \`${reference}\`, which is neither id nor name of a rule`;
  }

  #withoutDuplicates(rules: readonly Located<SigmaRuleSpec>[]): SigmaRuleSpec[] {
    const first = new Map<string, Located<SigmaRuleSpec>>();
    for (const rule of rules) {
      const { id } = rule.document;
      const taken = first.get(id);
      if (taken === undefined) {
        first.set(id, rule);
        continue;
      }
      const where = `${taken.file}:${taken.line}`;
      const reason = `Cannot use rule id \`${id}\` twice: ${where} has it already`;
      this.#problems.push({ file: rule.file, line: rule.line, reason });
    }
    return [...first.values()].map(({ document }) => document);
  }

  #settleFilter(
    { file, line, document }: Located<FilterDocument>,
    { othersMayBeNamed }: { readonly othersMayBeNamed: boolean },
  ): SigmaFilterSpec {
    const ruleIds = document.references.map((reference) => {
      const rule = this.#rules.find(({ document }) => isCalled(document, reference));
      if (rule !== undefined) return rule.document.id;
      if (!othersMayBeNamed && !this.#elsewhere.has(reference)) {
        const reason = `The filter names \`${reference}\`, which is neither id nor name of a rule`;
        this.#warnings.push({ file, line, reason });
      }
      return reference;
    });
    const { title, detection } = document;
    return { kind: "filter", file, line, title, ruleIds, detection };
  }

  #note(file: string, error: SigmaError): void {
    this.#problems.push({ file, line: error.line, reason: error.message });
  }
}

function isCalled(rule: SigmaRuleSpec, reference: string): boolean {
  return rule.id === reference || rule.name === reference;
}
