import { type Level, LEVELS } from "../../core/types.ts";
import type { SigmaRuleSpec } from "./ast.ts";
import { type CorrelationDocument, readCorrelation } from "./read_correlation.ts";
import { warnOfUnknownField } from "./cloudtrail_fields.ts";
import type { Placeholders } from "./expand_placeholders.ts";
import { whyNotApplicable } from "./logsource.ts";
import { MapReader } from "./map_reader.ts";
import { readDetection } from "./read_detection.ts";
import { warnOfMetadata } from "./warn_of_metadata.ts";
import type { Tree } from "./yaml_tree.ts";

/** A filter as written: it may name rules by id or by name. */
export interface FilterDocument {
  readonly title: string;
  readonly references: readonly string[];
  readonly detection: SigmaRuleSpec["detection"];
}

/** What a document turned out to be. */
export type SigmaDocument =
  | { readonly kind: "rule"; readonly rule: SigmaRuleSpec }
  | { readonly kind: "filter"; readonly filter: FilterDocument }
  | { readonly kind: "correlation"; readonly correlation: CorrelationDocument }
  /** Another log source; ids and names stay known, for correlations and filters that refer to them. */
  | {
    readonly kind: "elsewhere";
    readonly title: string;
    readonly ids: readonly string[];
    readonly reason: string;
  }
  | { readonly kind: "unsupported"; readonly rule: SigmaRuleSpec; readonly reason: string };

/** Options of {@linkcode readDocument}. */
export interface ReadOptions {
  readonly file: string;
  readonly placeholders: Placeholders;
  warn(line: number, reason: string): void;
}

const TITLE_LENGTH_MAX = 256;

/**
 * Reads one document. The log source is looked at first, so that a rule for another product never fails on
 * what its own engine would allow. Throws SigmaError that names the line.
 */
export function readDocument(tree: Tree, options: ReadOptions): SigmaDocument {
  const document = new MapReader(tree, "document");
  if (document.has("action")) {
    throw document.error(document.entry("action")!.line, "`action` is of Sigma 1");
  }
  const title = document.text("title");
  if (title === null) throw document.error(document.line, "no `title`");
  if (document.has("correlation")) {
    return { kind: "correlation", correlation: readCorrelation(document, title) };
  }
  const reason = whyNotApplicable(document.section("logsource"));
  if (reason !== null) {
    const ids = [document.text("id"), document.text("name")].filter((text) => text !== null);
    return { kind: "elsewhere", title, ids, reason };
  }
  if (title.length > TITLE_LENGTH_MAX) {
    options.warn(document.line, `\`title\` is longer than ${TITLE_LENGTH_MAX} characters`);
  }
  const taxonomy = document.text("taxonomy");
  if (taxonomy !== null && taxonomy !== "sigma") {
    const line = document.entry("taxonomy")!.line;
    throw document.error(line, `\`taxonomy\` is \`${taxonomy}\`, and only \`sigma\` is known`);
  }
  const context = { ...options, noteField: warnOfUnknownField(options.warn) };
  if (document.has("filter")) {
    return { kind: "filter", filter: readFilter(document, title, context) };
  }
  const section = document.section("detection");
  const detection = readDetection(section.entries, section.line, context);
  warnOfMetadata(document, options.warn);
  const rule: SigmaRuleSpec = {
    kind: "sigma",
    file: options.file,
    line: document.line,
    id: readId(document, title),
    name: document.text("name"),
    title,
    level: readLevel(document),
    description: document.text("description") ?? "",
    author: document.text("author") ?? "",
    tags: document.texts("tags"),
    references: document.texts("references"),
    falsePositives: document.texts("falsepositives"),
    detection,
  };
  if (document.text("status") === "unsupported") {
    return { kind: "unsupported", rule, reason: "its own status is `unsupported`" };
  }
  return { kind: "rule", rule };
}

function readFilter(
  document: MapReader,
  title: string,
  context: Parameters<typeof readDetection>[2],
): FilterDocument {
  const filter = document.section("filter");
  const references = filter.texts("rules");
  if (references.length === 0) throw filter.error(filter.line, "no `rules`");
  const entries = filter.entries.filter((entry) => entry.name !== "rules");
  const { searches, condition } = readDetection(entries, filter.line, context);
  // By the specification's text and example a filter says what to take away. pySigma joins it to the rule by
  // `and`, so its filters say `not selection` and mean the same; taken at its word, such a filter would
  // silence nearly everything.
  const isNegated = condition.kind === "not";
  if (isNegated) {
    context.warn(
      filter.entry("condition")!.line,
      "The filter's condition begins with `not`, as pySigma wants it; it is read as if without",
    );
  }
  return {
    title,
    references,
    detection: { searches, condition: isNegated ? condition.part : condition },
  };
}

/** The id, or the title in kebab case. */
function readId(document: MapReader, title: string): string {
  const id = document.text("id") ?? kebabCase(title);
  if (id === "" || /\p{Cc}/u.test(id)) {
    throw document.error(document.line, "neither `id` nor `title` makes an id");
  }
  return id;
}

function kebabCase(title: string): string {
  return title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
}

function readLevel(document: MapReader): Level {
  const level = document.text("level") ?? "medium";
  const known = LEVELS.find((known) => known === level);
  if (known === undefined) {
    const line = document.entry("level")!.line;
    throw document.error(line, `\`level\` is \`${level}\`, none of ${LEVELS.join(", ")}`);
  }
  return known;
}
