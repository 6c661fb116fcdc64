import {
  type Explanation,
  type RecordExplanation,
  type SearchExplanation,
  shortPath,
} from "../coordinator/mod.ts";
import { plainText } from "./write_text.ts";

/** An explanation for people: for each record what holds, and what does not and why. */
export function formatExplanation({ rule, file, records }: Explanation, folder: string): string {
  const head = `${rule.title} (${rule.level}, ${rule.id})\n${shortPath(file, folder)}`;
  const lines = records.flatMap((record, place) => [
    "",
    `record ${place + 1}${record.eventId === null ? "" : ` ${record.eventId}`}: ${verdict(record)}`,
    ...recordLines(record),
  ]);
  const all = [...head.split("\n"), ...lines];
  return all.map((line) => `${plainText(line)}\n`).join("");
}

function verdict({ matched }: { readonly matched: boolean }): string {
  return matched ? "match" : "no match";
}

function recordLines(record: RecordExplanation): string[] {
  if (record.kind === "sigma") {
    return [
      `  condition: ${record.condition}`,
      ...record.searches.flatMap(({ name, matched, detail }) => [
        `  ${mark(matched)} ${name}`,
        ...detailLines(detail, "      "),
      ]),
      ...record.exceptedBy.map((title) => `  taken back by the filter: ${title}`),
    ];
  }
  return [
    ...(record.excludedBy === null
      ? []
      : [`  the rule's ${record.excludedBy} leave this event out`]),
    ...(record.error === null ? [] : [`  it failed: ${record.error}`]),
    ...record.reads.map(({ path, found }) => `  read ${path}: ${found}`),
  ];
}

function detailLines(detail: SearchExplanation, indent: string): string[] {
  if (detail.kind !== "item") {
    const head = detail.kind === "and" ? "all of" : "one of";
    return [
      `${indent}${mark(detail.matched)} ${head}`,
      ...detail.parts.flatMap((part) => detailLines(part, `${indent}    `)),
    ];
  }
  const { matched, field, expected, found } = detail;
  if (matched) return [`${indent}${mark(true)} ${field ?? "keywords"}: ${found}`];
  return [`${indent}${mark(false)} ${field ?? "keywords"}: found ${found}, expected ${expected}`];
}

function mark(matched: boolean): string {
  return matched ? "yes" : "no ";
}
