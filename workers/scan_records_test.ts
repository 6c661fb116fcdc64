import { Buffer } from "node:buffer";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomOf, withSeed } from "../tests/support/random.ts";
import { INDEX_FIELDS } from "../detection/mod.ts";
import { RECORD_FIELDS } from "./record_fields.ts";
import { type RecordBatch, RecordScanner, ScanError } from "./scan_records.ts";
import { ScannedRecord } from "./scanned_record.ts";

interface Scanned {
  text: string;
  fields: Record<string, string>;
  odd: [string, string][];
}

function collect(batch: RecordBatch): Scanned[] {
  const records: Scanned[] = [];
  for (let i = 0; i < batch.count; i++) {
    const cut = (start: number, end: number) => batch.bytes.toString("utf8", start, end);
    const fields: Record<string, string> = {};
    RECORD_FIELDS.forEach((name, field) => {
      const start = batch.slotStart(i, field);
      if (start >= 0) fields[name] = cut(start, batch.slotEnd(i, field));
    });
    const odd = (batch.odd.get(i) ?? []).map((
      o,
    ): [string, string] => [o.name, cut(o.start, o.end)]);
    records.push({ text: cut(batch.start(i), batch.end(i)), fields, odd });
  }
  return records;
}

function scan(text: string): Scanned[] {
  return collect(new RecordScanner().push(Buffer.from(text), true));
}

function scanInPieces(bytes: Buffer, pieceLength: number): Scanned[] {
  const scanner = new RecordScanner();
  const records: Scanned[] = [];
  for (let i = 0; i < bytes.length; i += pieceLength) {
    records.push(...collect(scanner.push(bytes.subarray(i, i + pieceLength), false)));
  }
  records.push(...collect(scanner.push(Buffer.alloc(0), true)));
  return records;
}

Deno.test("RecordScanner gives each record and the source text of its fields", () => {
  const [first, second] = scan(
    '{"x":1, "Records" : [ {"eventID":"a","userIdentity":{"a":[1,{"b":"}"}]},"zz":0.0}, 7 ] }',
  );
  assertEquals(first.fields, { eventID: '"a"', userIdentity: '{"a":[1,{"b":"}"}]}' });
  assertEquals(first.odd, [["zz", "0.0"]]);
  assertEquals(second.text, "7");
});

Deno.test("RecordScanner reads escaped names and keeps every value of a repeated one", () => {
  const [record] = scan('{"Records":[{"event\\u0054ime":"x","eventName":"a","eventName":"b"}]}');
  assertEquals(record.fields, { eventTime: '"x"', eventName: '"b"' });
  assertEquals(record.odd, [["eventName", '"a"']]);
});

Deno.test("ScannedRecord.indexString() is a field's string, null where it is absent, undefined where it is else", () => {
  const cases: [string, string | null | undefined, string | null | undefined][] = [
    ['{"userIdentity":{"type":"Root","arn":"a"},"errorCode":"x"}', "Root", "x"],
    [
      '{"userIdentity" : { "arn" : "a", "type" : null }, "errorCode" : null }',
      undefined,
      undefined,
    ],
    ['{"userIdentity":{"t\\u0079pe":"R\\u006fot"},"error\\u0043ode":"\\u0041"}', "Root", "A"],
    ['{"userIdentity":{"type":"x","type":{"type":1}},"errorCode":7}', undefined, undefined],
    ['{"userIdentity":{"a":{"type":"Root"},"b":"type","Type":1}}', null, null],
    ['{"userIdentity":{"type":"x"},"userIdentity":{},"errorCode":"a","errorCode":""}', null, ""],
    ['{"userIdentity":{"type":"x"},"userIdentity":[{"type":"Root"}]}', undefined, null],
    ['{"userIdentity":"type","errorCode":["x"]}', undefined, undefined],
    ['{"type":"Root"}', null, null],
    ["7", null, null],
  ];
  const text = `{"Records":[${cases.map(([record]) => record).join(",")}]}`;
  const record = new ScannedRecord();
  record.useBatch(new RecordScanner().push(Buffer.from(text), true));
  cases.forEach(([source, type, errorCode], index) => {
    record.moveTo(index);
    assertEquals(record.indexString(INDEX_FIELDS.indexOf("userIdentity.type")), type, source);
    assertEquals(record.indexString(INDEX_FIELDS.indexOf("errorCode")), errorCode, source);
  });
});

Deno.test("RecordScanner refuses an identity that is no JSON", () => {
  for (const members of ['"type":"x",', ',"a":1', '"a"', '"a":', '"a":1 "b":2', "a:1", '"a":1]']) {
    const bytes = Buffer.from(`{"Records":[{"userIdentity":{${members}}}]}`);
    assertThrows(() => new RecordScanner().push(bytes, true), ScanError, "no JSON");
  }
});

Deno.test("ScannedRecord.fieldText() and indexString() tell texts apart that share a place", () => {
  const values = Array.from(
    { length: 3000 },
    (_, i) => `${"é".repeat(i % 3)}${i}${"x".repeat(i % 300)}`,
  );
  const records = values.map((value) => ({ eventName: value, userAgent: `${value}"` }));
  const record = new ScannedRecord();
  record.useBatch(
    new RecordScanner().push(Buffer.from(JSON.stringify({ Records: records })), true),
  );
  for (let round = 0; round < 2; round++) {
    records.forEach(({ eventName, userAgent }, index) => {
      record.moveTo(index);
      assertEquals(record.indexString(INDEX_FIELDS.indexOf("eventName")), eventName);
      assertEquals(record.fieldText("userAgent"), JSON.stringify(userAgent));
      assertEquals(record.mayHoldDottedNames(), false);
    });
  }
});

Deno.test("RecordScanner lets the last of two lists count", () => {
  assertEquals(
    scan('{"Records":[{"eventID":"a"}],"Records":[{"eventID":"b"},{}]}').map((r) => r.text),
    [
      '{"eventID":"b"}',
      "{}",
    ],
  );
});

Deno.test("RecordScanner accepts an empty list, a byte order mark and white space", () => {
  assertEquals(scan('\ufeff \n{"Records":[ ]}\n'), []);
});

Deno.test("RecordScanner refuses what holds no list `Records`", () => {
  for (
    const text of [
      "{}",
      "[]",
      '"Records"',
      "1",
      "null",
      '{"records":[]}',
      '{"Records":{}}',
      '{"Records":null}',
    ]
  ) {
    const error = assertThrows(() => scan(text), ScanError);
    assert(error.message.includes("no list `Records`"), `${text}: ${error.message}`);
  }
});

Deno.test("RecordScanner refuses what is no JSON, also within values that nobody reads", () => {
  const broken = [
    "",
    " ",
    "hello",
    "{",
    '{"Records":[',
    '{"Records":[{"a":1}',
    '{"Records":[{"a":1}]',
    '{"Records":[{"a":1},]}',
    '{"Records":[{"a":1} {"b":2}]}',
    '{"Records":[]}x',
    '{"Records":[]} {}',
    '{"Records":[],}',
    "{'Records':[]}",
    '{"Records":[{"a":01}]}',
    '{"Records":[{"a":1.}]}',
    '{"Records":[{"a":.5}]}',
    '{"Records":[{"a":1e}]}',
    '{"Records":[{"a":-}]}',
    '{"Records":[{"a":+1}]}',
    '{"Records":[{"a":tru}]}',
    '{"Records":[{"a":nul]}',
    '{"Records":[{"a":"\\x"}]}',
    '{"Records":[{"a":"\\u12g4"}]}',
    '{"Records":[{"a":"line\nbreak"}]}',
    '{"Records":[{"a":"open}]}',
    '{"Records":[{"a":[1,2}]}',
    '{"Records":[{"a":{"b":1]}]}',
    '{"Records":[{"a" 1}]}',
    '{"Records":[{a:1}]}',
    '{"Records":[{"a":1,}]}',
    '{"Records":[{"a":[1,]}]}',
    '{"Records":[{"a":{"b"}}]}',
    '{"Records":[{"a":\u00a01}]}',
  ];
  for (const text of broken) {
    assertThrows(() => JSON.parse(text), SyntaxError);
    assertThrows(() => scan(text), ScanError, "");
  }
});

Deno.test("RecordScanner survives any depth of nesting", () => {
  const depth = 200_000;
  const deep = "[".repeat(depth) + '{"a":1}' + "]".repeat(depth);
  const [record] = scan(`{"Records":[{"requestParameters":${deep}}]}`);
  assertEquals(record.fields.requestParameters.length, deep.length);
});

Deno.test("RecordScanner gives the same for any size of pieces", () => {
  const text = JSON.stringify(
    {
      first: [true, { a: "\\" }],
      Records: Array.from({ length: 30 }, (_, i) => ({
        eventID: `id-${i}`,
        eventName: 'é😀\u0000"',
        requestParameters: { n: -1.5e-7, deep: [[[{ x: null }]]] },
        other: i % 3 === 0 ? { y: 12345678901234567890n.toString() } : false,
      })),
      last: 12,
    },
    null,
    1,
  );
  const bytes = Buffer.from(text);
  const whole = scan(text);
  assertEquals(whole.length, 30);
  for (const length of [1, 2, 3, 7, 64, 1000]) {
    assertEquals(scanInPieces(bytes, length), whole, `pieces of ${length}`);
  }
});

Deno.test("RecordScanner gives bytes that can be read at every push, also while a record grows", () => {
  const scanner = new RecordScanner();
  const text = Buffer.from(`{"Records":[{"eventID":"${"x".repeat(10_000)}"}]}`);
  let found = 0;
  for (let i = 0; i < text.length; i += 100) {
    const batch = scanner.push(text.subarray(i, i + 100), false);
    assertEquals((batch.bytes.buffer as ArrayBuffer).detached, false);
    found += batch.count;
  }
  found += scanner.push(Buffer.alloc(0), true).count;
  assertEquals(found, 1);
});

Deno.test("RecordScanner takes and refuses the same files in pieces as whole", () =>
  withSeed((seed) => {
    const random = randomOf(seed);
    const pick = (count: number) => Math.floor(random() * count);
    const record =
      '{"eventID":"a\\u00e9","other":0,"userIdentity":{"type":"Root"},"tlsDetails":{}}';
    const letters = '{}[]",:\\ 0x\n';
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const chars = [...`{"Records":[${new Array(1 + pick(8)).fill(record).join(",")}]}`];
      for (let edits = pick(3); edits > 0; edits--) {
        chars.splice(pick(chars.length), pick(2), letters[pick(letters.length)]);
      }
      const bytes = Buffer.from(chars.join(""));
      const outcomes = [() => scan(bytes.toString()), () => scanInPieces(bytes, 1 + pick(400))]
        .map((read) => {
          try {
            return read();
          } catch (error) {
            if (!(error instanceof ScanError)) throw error;
            return error.message;
          }
        });
      if (typeof outcomes[0] === "string") refused++;
      assertEquals(outcomes[1], outcomes[0], bytes.toString());
    }
    assert(refused > 500 && refused < 2500, `${refused} refused`);
    return Promise.resolve();
  }));

Deno.test("RecordScanner agrees with JSON.parse on random damage", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  let state = seed;
  const random = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const base =
    '{"a":[1,-2.5e+3],"Records":[{"eventID":"a\\u00e9","eventTime":null,"tlsDetails":{"k":[true,{}]}}, 3 ],"z":""}';
  const letters = '{}[]",:\\ tfn0123456789.eE+-u\n\u0001aRs';
  let refused = 0;
  for (let round = 0; round < 20_000; round++) {
    const chars = [...base];
    for (let edits = 1 + random(2); edits > 0; edits--) {
      const at = random(chars.length);
      const pick = random(3);
      if (pick === 0) chars.splice(at, 1);
      else chars.splice(at, pick === 1 ? 1 : 0, letters[random(letters.length)]);
    }
    const text = chars.join("");
    let expected: unknown[] | null = null;
    try {
      const value = JSON.parse(text);
      if (Array.isArray(value?.Records)) expected = value.Records;
    } catch { /* The scanner must refuse it too. */ }
    let found: unknown[] | null = null;
    try {
      found = scan(text).map((record) => JSON.parse(record.text));
    } catch (error) {
      if (!(error instanceof ScanError)) throw error;
      refused++;
    }
    // Of two lists the last counts, as for JSON.parse; a later `Records` of another type is refused by both.
    assertEquals(found, expected, text);
  }
  assert(refused > 5000 && refused < 20_000, `${refused} refused`);
});
