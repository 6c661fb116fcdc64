/** A record read by its bytes must be to rules what the same record read as text is. */
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { Random } from "../detection/_random.ts";
import { Event, INDEX_FIELDS, recordFieldsFromText } from "../detection/mod.ts";
import { RecordScanner } from "./scan_records.ts";
import { ScannedRecord } from "./scanned_record.ts";

const NAMES = [
  "a",
  "b",
  "type",
  "\\u0074ype",
  "a.b",
  "b.a",
  "a.b.type",
  "\\u0061",
  "é",
  "abcdefgh",
  "",
];
const PATHS = ["userIdentity", "requestParameters", "eventName", "unknown"].flatMap((head) =>
  ["", ".a", ".b", ".type", ".a.b", ".b.a.type", ".a.b.type", ".a.a", ".é", "."].map((rest) =>
    `${head}${rest}`
  )
);
const TOP = ["userIdentity", "requestParameters", "eventName", "userIdentity.a", "unknown.b"];

/** JSON text of any value, with odd names, names that occur twice, escapes and white space. */
function randomValue(random: Random, depth: number): string {
  const space = () => random.below(6) === 0 ? " \n" : "";
  const scalars = ['"x"', '"é\\n"', '""', "0.0", "-1e3", "true", "null", '"{\\"a\\":1}"', '"]"'];
  const kind = depth === 0 ? 9 : random.below(12);
  if (kind > 6) return scalars[random.below(scalars.length)];
  const parts = Array.from({ length: random.below(5) }, () => {
    const value = `${space()}${randomValue(random, depth - 1)}${space()}`;
    if (kind === 0) return value;
    return `${space()}"${NAMES[random.below(NAMES.length)]}"${space()}:${value}`;
  });
  return kind === 0 ? `[${parts.join(",")}]` : `{${space()}${parts.join(",")}}`;
}

Deno.test("ScannedRecord gives an Event the values and readings that the record's text gives", () => {
  const random = new Random("ScannedRecord");
  const texts = Array.from({ length: 2000 }, () => {
    const fields = Array.from({ length: random.below(5) }, () => TOP[random.below(TOP.length)])
      // Most records have no name with a dot, which would send all to the closer look.
      .filter((name) => !name.includes(".") || random.below(20) === 0);
    return `{${fields.map((name) => `"${name}":${randomValue(random, 4)}`).join(",")}}`;
  });
  const record = new ScannedRecord();
  const scanned = new Event(record);
  let found = 0;
  // Batches of many sizes, since names with a dot are known of a whole batch.
  for (let from = 0; from < texts.length;) {
    const batch = texts.slice(from, from += 1 + random.below(20));
    record.useBatch(
      new RecordScanner().push(Buffer.from(`{"Records":[${batch.join(",")}]}`), true),
    );
    batch.forEach((text, index) => {
      record.moveTo(index);
      scanned.reset(record);
      const plain = new Event(recordFieldsFromText(text));
      // Another order each time, since what is parsed already takes another way.
      const paths = PATHS.map((path) => ({ path, at: random.below(1000) })).sort((a, b) =>
        a.at - b.at
      );
      for (const { path } of paths) {
        const plainReading = plain.read(path);
        const reading = scanned.read(path);
        const told = ({ present, leaves }: typeof reading) => [
          present,
          leaves.map(({ kind, text }) => [kind, text]),
        ];
        assertEquals(told(reading), told(plainReading), `read ${path} of ${text}`);
        assertEquals(scanned.get(path), plain.get(path), `get ${path} of ${text}`);
        if (reading.present) found++;
      }
      INDEX_FIELDS.forEach((field, place) => {
        assertEquals(scanned.indexString(place), plain.indexString(place), `${field} of ${text}`);
      });
    });
  }
  assert(found > 1000, `too few values are found: ${found}`);
});
