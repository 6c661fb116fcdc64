import type { MapReader } from "./map_reader.ts";

const DATE = /^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])$/;
const TAG = /^[a-z0-9_-]+\.[a-z0-9._-]+$/;
const STATUSES = ["stable", "test", "experimental", "deprecated", "unsupported"];

/** Warns of what the specification's schema forbids, but what keeps no rule from working. */
export function warnOfMetadata(
  document: MapReader,
  warn: (line: number, reason: string) => void,
): void {
  for (const name of ["date", "modified"]) {
    const date = document.text(name);
    if (date !== null && !DATE.test(date)) {
      warn(document.entry(name)!.line, `\`${name}\` is no date as YYYY-MM-DD`);
    }
  }
  for (const tag of document.texts("tags")) {
    if (!TAG.test(tag)) {
      warn(document.entry("tags")!.line, `Tag \`${tag}\` is not of the form namespace.name`);
    }
  }
  const status = document.text("status");
  if (status === "deprecated") warn(document.entry("status")!.line, "The rule is deprecated");
  else if (status !== null && !STATUSES.includes(status)) {
    warn(document.entry("status")!.line, `\`status\` is none of ${STATUSES.join(", ")}`);
  }
}
