import type { DeadLetter, redriveDeadLetters, WholeDeadLetter } from "../coordinator/mod.ts";
import { formatColumns, formatNumber, plainText } from "./write_text.ts";

/** Characters of a reason in the table; `show` gives it whole. */
const REASON_MAX = 160;

const NAMES = ["id", "at", "kind", "stage", "attempts", "what", "reason"];

/** Dead letters as a table; columns are as wide as this page needs. */
export function letterTable(
  letters: readonly DeadLetter[],
  { heading }: { readonly heading: boolean },
): string {
  const rows = letters.map((letter) =>
    [
      String(letter.id),
      new Date(letter.atMs).toISOString().slice(0, 19) + "Z",
      letter.kind,
      letter.stage,
      letter.attempts === null ? "" : String(letter.attempts),
      subjectOf(letter),
      cut(letter.reason),
    ].map(plainText)
  );
  const text = formatColumns([NAMES, ...rows]);
  return heading ? text : text.slice(text.indexOf("\n") + 1);
}

/** What a dead letter is about, in one text. */
function subjectOf(letter: DeadLetter): string {
  switch (letter.kind) {
    case "object":
    case "part":
      return letter.uri ?? "";
    case "record":
      return `${letter.uri} record ${letter.recordIndex}`;
    case "delivery":
      return `${letter.sink} alert ${letter.alertId}`;
    default:
      throw letter.kind satisfies never;
  }
}

/** A dead letter as `list --format json` gives it. */
export function letterJson(letter: DeadLetter): Record<string, unknown> {
  return {
    id: letter.id,
    kind: letter.kind,
    at: new Date(letter.atMs).toISOString(),
    stage: letter.stage,
    reason: letter.reason,
    attempts: letter.attempts,
    object: letter.uri,
    record_index: letter.recordIndex,
    alert_id: letter.alertId,
    sink: letter.sink,
  };
}

function wholeFields(letter: WholeDeadLetter): Record<string, unknown> {
  return {
    ...letterJson(letter),
    source: letter.sourceUrl,
    etag: letter.etag,
    size: letter.size,
    record_text: letter.recordText,
  };
}

/** A whole dead letter as a JSON object; `alert` is the alert as it was to be sent, to the letter. */
export function wholeLetterJson(letter: WholeDeadLetter): string {
  const fields = JSON.stringify(wholeFields(letter), null, 2);
  const alert = letter.payload ?? "null";
  return `${fields.slice(0, -"\n}".length)},\n  "alert": ${alert}\n}\n`;
}

/** A whole dead letter for people: what is known, a line each, then the record or the alert. */
export function wholeLetterText(letter: WholeDeadLetter): string {
  const { record_text: recordText, ...fields } = wholeFields(letter);
  const known = Object.entries(fields).filter(([, value]) => value !== null);
  const width = Math.max(...known.map(([name]) => name.length));
  const lines = known.map(([name, value]) =>
    `${name.padEnd(width)}  ${plainText(String(value))}\n`
  );
  const text = letter.payload ?? recordText as string | null;
  return lines.join("") + (text === null ? "" : `\n${plainText(text)}\n`);
}

/** What a redrive did, in a line. */
export function redrivenText(
  redriven: Awaited<ReturnType<typeof redriveDeadLetters>>,
): string {
  const { found, objects, unplanned, deliveries, parts } = redriven;
  const done = [
    objects > 0 ? `${formatNumber(objects, "object")} to be read again` : null,
    unplanned > 0 ? `${formatNumber(unplanned, "object")} to be read when listed` : null,
    parts > 0 ? `${formatNumber(parts, "damaged part")} to be made anew` : null,
    deliveries > 0 ? `${formatNumber(deliveries, "alert")} to be sent again` : null,
  ].filter((part) => part !== null);
  const what = done.length === 0 ? "" : `: ${done.join(", ")}`;
  return `${formatNumber(found, "dead letter")} redriven${what}\n`;
}

/** Names ids that are not there; empty where there are none. */
export function missingText(missing: readonly number[]): string {
  return missing.map((id) => `There is no dead letter ${id}.\n`).join("");
}

function cut(text: string): string {
  return text.length <= REASON_MAX ? text : `${text.slice(0, REASON_MAX - 1)}…`;
}
