import type { RuleProblem } from "./rule_spec.ts";
import { SigmaError } from "./sigma/sigma_error.ts";
import { type Entry, parseYaml, type Tree } from "./sigma/yaml_tree.ts";

/**
 * Warns of what a Sigma file still takes from version 1 of the specification although it works (the
 * specification's page "Changes and Feature Introduced in V2.0.0"). What version 2 took away altogether
 * (`timeframe`, `| count()`, `action: global`) is a problem already when the file is loaded, and dates with
 * slashes are warned of there.
 */
export async function lintDeprecated(file: string, text: string): Promise<RuleProblem[]> {
  const problems: RuleProblem[] = [];
  const warn = (line: number, reason: string) => problems.push({ file, line, reason });
  for (const document of await parseYaml(text)) {
    if (document instanceof SigmaError || document.kind !== "map") continue;
    for (const entry of document.entries) lintEntry(entry, warn);
  }
  return problems;
}

type Warn = (line: number, reason: string) => void;

function lintEntry({ name, value }: Entry, warn: Warn): void {
  if (name === "tags") lintTags(value, warn);
  else if (name === "related") lintRelated(value, warn);
  else if (name === "detection" && value.kind === "map") {
    const condition = value.entries.find((entry) => entry.name === "condition");
    if (condition?.value.kind === "list") {
      warn(condition.line, "A list of conditions is deprecated: join them by `or`");
    }
  }
}

/** Version 2 writes dashes in tags where version 1 wrote underscores. */
function lintTags(tags: Tree, warn: Warn): void {
  if (tags.kind !== "list") return;
  for (const tag of tags.items) {
    if (tag.kind !== "text") continue;
    if (/^(attack|detection)\.[a-z]+(_[a-z]+)+$/.test(tag.text)) {
      const now = tag.text.replaceAll("_", "-");
      warn(tag.line, `Tag \`${tag.text}\` is of Sigma 1: write \`${now}\``);
    }
  }
}

function lintRelated(related: Tree, warn: Warn): void {
  if (related.kind !== "list") return;
  for (const item of related.items) {
    const type = item.kind === "map"
      ? item.entries.find((entry) => entry.name === "type")
      : undefined;
    if (type?.value.kind === "text" && type.value.text === "obsoletes") {
      warn(type.line, "`type: obsoletes` is of Sigma 1: write `obsolete`");
    }
  }
}
