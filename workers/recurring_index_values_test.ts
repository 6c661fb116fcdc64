import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { Random } from "../detection/_random.ts";
import { Event, INDEX_FIELDS, recordFieldsFromText } from "../detection/mod.ts";
import { RecordScanner } from "./scan_records.ts";
import { ScannedRecord } from "./scanned_record.ts";

const STRINGS = [
  ...["ec2.amazonaws.com", "ecs.amazonaws.com", "DescribeInstances", "Root", "IAMUser", "é", "x"],
  ...["", "a\\nb", "a\\u000ab", "long ".repeat(150)],
  // First, middle and last bytes are the same.
  ...["abcdefghijklmnopqrstuv", "abcdefGhijklmnopqrstuv", "abcdefghijklmnoPqrstuv"],
];
const OTHERS = ["null", "7", "true", '["IAMUser"]', '[{"type":"Root"}]', '{"type":"Root"}'];

function randomValue(random: Random): string {
  return random.below(20) === 0 ? random.pick(OTHERS) : `"${random.pick(STRINGS)}"`;
}

function randomRecord(random: Random): string {
  const fields = INDEX_FIELDS.filter((field) => field !== "userIdentity.type")
    .filter(() => random.below(4) > 0)
    .map((field) => `"${field}":${randomValue(random)}`);
  const kind = random.below(5);
  if (kind === 0) fields.push(`"userIdentity":${randomValue(random)}`);
  else if (kind === 1) fields.push('"userIdentity":{}');
  else if (kind < 4) fields.push(`"userIdentity":{"a":1,"type":${randomValue(random)}}`);
  if (random.below(500) === 0) fields.push('"userIdentity.type":"Root"');
  return `{${fields.join(",")}}`;
}

Deno.test("ScannedRecord.indexValues() are what the record's text gives, whatever came before", () => {
  const random = new Random("RecurringIndexValues");
  const record = new ScannedRecord();
  const scanned = new Event(record);
  let found = 0;
  for (let round = 0; round < 1000; round++) {
    const texts = Array.from({ length: 1 + random.below(20) }, () => randomRecord(random));
    record.useBatch(
      new RecordScanner().push(Buffer.from(`{"Records":[${texts.join(",")}]}`), true),
    );
    texts.forEach((text, index) => {
      record.moveTo(index);
      scanned.reset(record);
      const values = scanned.indexValues();
      if (values === undefined) return;
      found++;
      const plain = new Event(recordFieldsFromText(text));
      INDEX_FIELDS.forEach((field, place) => {
        assertEquals(values.strings[place], plain.indexString(place), `${field} of ${text}`);
        assertEquals(scanned.get(field), plain.get(field), `get ${field} of ${text}`);
        const told = ({ present, leaves }: ReturnType<Event["read"]>) => [
          present,
          leaves.map(({ kind, text }) => [kind, text]),
        ];
        assertEquals(told(scanned.read(field)), told(plain.read(field)), `${field} of ${text}`);
      });
    });
  }
  assert(found > 1000, `too few values are known: ${found}`);
});

Deno.test("ScannedRecord.indexValues() stay right when there are more of them than are remembered", () => {
  const record = new ScannedRecord();
  const valuesOf = (names: readonly string[]) => {
    const records = names.map((name) => `{"eventName":"${name}","userAgent":"same one"}`);
    record.useBatch(
      new RecordScanner().push(Buffer.from(`{"Records":[${records.join(",")}]}`), true),
    );
    return names.map((_, index) => {
      record.moveTo(index);
      return record.indexValues()!;
    });
  };
  const names = Array.from({ length: 20_000 }, (_, i) => `name ${i} ${"-".repeat(i % 400)}`);
  const first = valuesOf(names);
  first.forEach(({ strings }, i) => assertEquals(strings.slice(1, 3), [names[i], null]));
  const again = valuesOf(names.slice(-1000));
  const known = again.filter((values, i) => values === first[names.length - 1000 + i]);
  assert(known.length > 900, `too few are remembered: ${known.length}`);
  valuesOf(names.slice(0, 1000))
    .forEach(({ strings }, i) => assertEquals(strings[1], names[i]));
  // All of these have one hash.
  const alike = Array.from(
    { length: 50 },
    (_, i) => `first${String(i).padStart(3)}-middle-${"x".repeat(12)}`,
  );
  for (let round = 0; round < 3; round++) {
    valuesOf(alike).forEach(({ strings }, i) => assertEquals(strings[1], alike[i]));
  }
});
