import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { randomOf, withSeed } from "../tests/support/random.ts";
import { type RecordBatch, STRIDE } from "./record_batch.ts";
import { RECORD_SLOTS } from "./record_fields.ts";
import { RecordScanner, ScanError } from "./scan_records.ts";
import { scanInKernel } from "./kernel_scan.ts";

/** Damaged files that are scanned; millions by `deno task test:kernel`. */
const ROUNDS = Number(Deno.env.get("TEST_KERNEL_ROUNDS") ?? 30_000);

const RECORDS = [
  '{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"A:b","arn":"arn:aws:sts::1:x",' +
  '"accountId":"111122223333","accessKeyId":"ASIA","sessionContext":{"sessionIssuer":{"type":"Role",' +
  '"arn":"arn:aws:iam::1:role/r"},"attributes":{"mfa":"false"}},"invokedBy":"ec2"},"eventTime":' +
  '"2026-01-02T03:04:05Z","eventSource":"s3.amazonaws.com","requestParameters":{"bucketName":"b","key":' +
  '"a\\"b","n":[1,-2.5e+3,0.0,{"x":{}}]},"responseElements":null,"readOnly":true,"eventID":"e-1"}',
  '{"eventID":"\\u00e9\\\\","new.field":[true,false,null],"é":"ü😀","userIdentity":"none","tlsDetails":{}}',
  "{}",
  '{"userAgent":"a text that is longer than sixteen bytes, and \\n longer than thirty-two","other":0}',
];
const LETTERS = '{}[]",:\\ tfn0123456789.eE+-u\n\u0001aRsé';

/** All that a batch says, with its texts. */
function told(batch: RecordBatch) {
  return {
    spans: Array.from(batch.spans.subarray(0, batch.count * STRIDE)),
    odd: [...batch.odd],
    hasDottedNames: batch.hasDottedNames,
    text: batch.bytes.toString(),
  };
}

function logOf(records: readonly string[]): Buffer {
  return Buffer.from(`{"Records":[${records.join(",")}]}`);
}

Deno.test("scanInKernel() finds what RecordScanner finds", () => {
  for (const records of [[], RECORDS, RECORDS.slice(1), [...RECORDS, ...RECORDS]]) {
    const log = logOf(records);
    const batch = scanInKernel(log);
    assert(batch !== null && batch.isInKernel);
    assertEquals(batch.count, records.length);
    assertEquals(told(batch), told(new RecordScanner().push(log, true)));
  }
  const batch = scanInKernel(Buffer.from(`${logOf(RECORDS)}\n\n`));
  assertEquals(batch?.count, RECORDS.length);
  assertEquals(batch?.spaced, false);
});

Deno.test("scanInKernel() leaves to RecordScanner what is rare", () => {
  const rare = [
    '{"Records":[{"eventID":"a","eventID":"b"}]}',
    '{"Records":[{"userIdentity":{"type":"a","type":"b"}}]}',
    '{"Records":[{"event\\u0049D":"a"}]}',
    '{"Records":[{"requestParameters":{"k\\u0065y":"a"}}]}',
    '{"Records":[{"eventID": "a"}]}',
    '{"Records":[7]}',
    '{"x":1,"Records":[]}',
    '{"Records":[],"x":1}',
    `{"Records":[{"x":${"[".repeat(2000)}${"]".repeat(2000)}}]}`,
  ];
  for (const text of rare) {
    assertEquals(scanInKernel(Buffer.from(text)), null, text.slice(0, 60));
    new RecordScanner().push(Buffer.from(text), true);
  }
});

Deno.test("scanInKernel() takes no file that is cut off, whatever its memory held before", () => {
  const log = logOf(RECORDS);
  for (let length = 0; length < log.length; length++) {
    assert(scanInKernel(log) !== null);
    assertEquals(scanInKernel(log.subarray(0, length)), null, `${length} bytes`);
  }
});

Deno.test("scanInKernel() leaves files with more records, or fields that are none of ours, than it has room for", () => {
  const roomy = RECORD_SLOTS.length * 8;
  const many = Math.ceil(12 * 1024 * 1024 / roomy);
  const log = logOf(new Array(many).fill("{}"));
  assertEquals(scanInKernel(log), null);
  assertEquals(new RecordScanner().push(log, true).count, many);
  const odd = logOf([`{${Array.from({ length: 10_000 }, (_, i) => `"x${i}":0`).join(",")}}`]);
  assertEquals(scanInKernel(odd), null);
});

Deno.test("scanInKernel() agrees with RecordScanner on random damage", () =>
  withSeed((seed) => Promise.resolve(compareDamaged(randomOf(seed)))));

function compareDamaged(random: () => number): void {
  const pick = (count: number) => Math.floor(random() * count);
  let [taken, refused] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const chars = [...logOf(RECORDS.slice(pick(RECORDS.length))).toString()];
    for (let edits = pick(3); edits >= 0; edits--) {
      // What a value is made of comes in pieces of many sizes, since it is looked at in steps of sixteen bytes.
      const at = 12 + pick(chars.length - 12);
      const kind = pick(4);
      if (kind === 0) chars.splice(at, 1);
      else if (kind === 3) chars.splice(at, 0, "x".repeat(pick(40)));
      else chars.splice(at, kind - 1, LETTERS[pick(LETTERS.length)]);
    }
    const log = Buffer.from(chars.join(""));
    let expected: ReturnType<typeof told> | null = null;
    try {
      expected = told(new RecordScanner().push(log, true));
    } catch (error) {
      if (!(error instanceof ScanError)) throw error;
      refused++;
    }
    const batch = scanInKernel(log);
    if (batch === null) continue;
    taken++;
    assertEquals(told(batch), expected, log.toString());
  }
  assert(taken > ROUNDS / 10 && refused > ROUNDS / 10, `${taken} taken, ${refused} refused`);
}
