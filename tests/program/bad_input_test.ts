/** Bad input as a process meets it: each has its end, no neighbour suffers, memory stays bounded. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { EVENT_COLUMNS, readTable, recordFromRow } from "../../parquet/mod.ts";
import { canonicalJson } from "../../core/json_text.ts";
import { runProgram } from "../support/program.ts";
import { assertIdentities, readReport, type Report, RSS_BYTES_MAX } from "../support/report.ts";
import { alertsOf } from "../support/outcome.ts";
import { walk } from "../support/walk.ts";

const encoder = new TextEncoder();
const MB = 1024 * 1024;

/** A record that a rule of the test fires on. */
function record(eventID: string, more = ""): string {
  return `{"eventVersion":"1.08","eventTime":"2026-11-20T10:00:00Z","eventSource":"test.amazonaws.com",` +
    `"eventName":"Watched","awsRegion":"us-east-1","recipientAccountId":"111122223333","eventID":"${eventID}"${more}}`;
}

function log(...records: string[]): Uint8Array {
  return gzipSync(encoder.encode(`{"Records":[${records.join(",")}]}`));
}

const RULE = `import { defineRule } from "trailsieve/rule";
export default defineRule({
  id: "watched", title: "Watched", level: "medium", description: "d", author: "a",
  tags: [], references: [], falsePositives: [],
  matches: (event) => event.get("eventName") === "Watched",
});
`;

/** Never fires, but reads wherever an attacker can nest. */
const READER = `title: Reader
id: 3a0f3a0e-5b8e-4a52-9d3c-8d8f6a2f2b11
logsource: { product: aws, service: cloudtrail }
detection:
  selection:
    requestParameters.policy.statement|contains: nothing
  condition: selection
`;

interface Result {
  readonly code: number;
  readonly stderr: string;
  readonly report: Report;
  /** Event ids of alerts. */
  readonly alertIds: string[];
  /** The rebuilt records of the lake, by event id. */
  readonly records: Map<string, string>;
}

/** Runs over a sound neighbour before and after the files given, and checks that both came through. */
async function runWith(files: Readonly<Record<string, Uint8Array>>): Promise<Result> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/trail`);
    await Deno.mkdir(`${folder}/rules`);
    await Deno.writeTextFile(`${folder}/rules/watched.rule.ts`, RULE);
    await Deno.writeTextFile(`${folder}/rules/reader.yml`, READER);
    const all = {
      "0-before.json.gz": log(record("before")),
      ...files,
      "9-after.json.gz": log(record("after")),
    };
    for (const [name, bytes] of Object.entries(all)) {
      await Deno.writeFile(`${folder}/trail/${name}`, bytes);
    }
    const flags = ["--once", "--source", "file:./trail", "--no-bundled-rules", "--rules", "rules"];
    const more = ["--alert", "file:./alerts.jsonl", "--report", "report.json", "--workers", "2"];
    const end = await runProgram(["poll", ...flags, ...more], { cwd: folder });
    const report = await readReport(`${folder}/report.json`);
    const records = await recordsOf(`${folder}/data/lake`);
    const alertIds = (await alertsOf(`${folder}/alerts.jsonl`)).map((alert) =>
      JSON.parse(alert).event_id
    );
    for (const id of ["before", "after"]) {
      assert(records.has(id) && alertIds.includes(id), `${id} suffered: ${end.stderr}`);
    }
    assertIdentities(report, records.size);
    assert(report.rss_bytes_max < RSS_BYTES_MAX, `${report.rss_bytes_max} bytes of memory`);
    return { code: end.code, stderr: end.stderr, report, alertIds, records };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function recordsOf(lake: string): Promise<Map<string, string>> {
  const records = new Map<string, string>();
  for await (const path of walk(`${lake}/events`)) {
    const { rowCount, values } = await readTable(await Deno.readFile(path));
    for (let row = 0; row < rowCount; row++) {
      const cells = Object.fromEntries(EVENT_COLUMNS.map(({ name }, i) => [name, values[i][row]]));
      records.set(
        cells.event_id as string,
        recordFromRow(cells as Parameters<typeof recordFromRow>[0]),
      );
    }
  }
  return records;
}

const DEAD: Readonly<Record<string, { readonly bytes: () => Uint8Array; readonly says: string }>> =
  {
    "a truncated gzip": { bytes: () => log(record("x")).slice(0, -6), says: "truncated gzip" },
    "a damaged gzip": {
      bytes: () => {
        const bytes = new Uint8Array(log(record("x")));
        bytes[bytes.length - 6] ^= 0xff;
        return bytes;
      },
      says: "damaged gzip",
    },
    "no gzip": { bytes: () => encoder.encode(`{"Records":[${record("x")}]}`), says: "not gzip" },
    "an empty file": { bytes: () => new Uint8Array(0), says: "empty file" },
    "no JSON": {
      bytes: () => gzipSync(encoder.encode(`{"Records":[${record("x")}`)),
      says: "no JSON",
    },
    "no list of records": {
      bytes: () => gzipSync(encoder.encode(`{"records":[${record("x")}]}`)),
      says: "`Records`",
    },
  };

for (const [name, { bytes, says }] of Object.entries(DEAD)) {
  Deno.test(`poll gives up on ${name}, names it, and reads its neighbours`, async () => {
    const { code, stderr, report, records } = await runWith({ "5-bad.json.gz": bytes() });
    assertEquals(code, 1, stderr);
    assertEquals(report.objects.dead, 1);
    assertEquals(report.objects.done, 2);
    assertEquals([...records.keys()].sort(), ["after", "before"]);
    assertStringIncludes(stderr, "5-bad.json.gz");
    assertStringIncludes(stderr, says);
  });
}

Deno.test("poll gives up on a bomb of 2 GB within its memory", async () => {
  const { code, stderr, report } = await runWith({ "5-bomb.json.gz": bomb(2048) });
  assertEquals(code, 1, stderr);
  assertEquals(report.objects.dead, 1);
  assertStringIncludes(stderr, "more than 256 MB inflated");
});

/** Gzip of so many megabytes of spaces, made of members of 64 MB. */
function bomb(megabytes: number): Uint8Array {
  const member = gzipSync(new Uint8Array(64 * MB).fill(0x20));
  const bytes = new Uint8Array(member.length * (megabytes / 64));
  for (let i = 0; i < bytes.length; i += member.length) bytes.set(member, i);
  return bytes;
}

/** Base64 of random bytes, so many characters. */
function randomText(length: number): string {
  const bytes = new Uint8Array(length * 3 / 4);
  for (let at = 0; at < bytes.length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  }
  return bytes.toBase64();
}

/** Records of 40 MB in one line, with an alert on each. */
const LONG: Readonly<Record<string, () => string>> = {
  "one long text that does not compress": () => `{"text":"${randomText(40 * MB)}"}`,
  "one long text": () => `{"text":"${"x".repeat(40 * MB)}"}`,
  "880,000 members": () =>
    `{${
      Array.from({ length: 880_000 }, (_, i) => `"member-${i}":"value of ${i} and some more"`)
        .join(",")
    }}`,
};

for (const [name, parameters] of Object.entries(LONG)) {
  Deno.test(`poll reads a line of 40 MB with ${name}`, async () => {
    const long = record("long", `,"requestParameters":${parameters()}`);
    const { code, stderr, alertIds, records } = await runWith({
      "5-long.json.gz": log(record("a"), long),
    });
    assertEquals(code, 0, stderr);
    assertEquals(records.get("long")!.length > 38 * MB, true);
    assertEquals(alertIds.sort(), ["a", "after", "before", "long"]);
  });
}

Deno.test("poll reads 200 MB of ordinary records in one file within its memory", async () => {
  const more = `,"userAgent":"${
    "agent ".repeat(100)
  }","requestParameters":{"roleName":"some-role-name"}`;
  const records = Array.from(
    { length: 220_000 },
    (_, i) => record(`r-${i}`, more).replace("Watched", "Other"),
  );
  const large = gzipSync(encoder.encode(`{"Records":[${records.join(",")}]}`));
  const { code, stderr, report } = await runWith({ "5-large.json.gz": large });
  assertEquals(code, 0, stderr);
  assert(report.bytes.uncompressed > 180 * MB);
  assertEquals(report.events.read, 220_002);
});

Deno.test("poll rejects a record that is no event alone", async () => {
  const { code, stderr, report, records } = await runWith({
    "5-odd.json.gz": log(
      record("good"),
      '"text"',
      "null",
      "[]",
      '{"eventName":"Watched","eventID":"no-time"}',
      record("bad-time").replace("2026-11-20T10:00:00Z", "yesterday"),
      record("number-time").replace('"2026-11-20T10:00:00Z"', "1763632800"),
      record("good-2"),
    ),
  });
  assertEquals(code, 1, stderr);
  assertEquals(report.objects.done, 3);
  assertEquals(report.events.rejected, 6);
  assertEquals([...records.keys()].sort(), ["after", "before", "good", "good-2"]);
});

/** What an attacker can cause is kept, stored and detected, and given back as it was. */
const KEPT: Readonly<Record<string, string>> = {
  "NUL": record("odd", ',"userAgent":"a\\u0000b","requestParameters":{"k\\u0000":"\\u0000"}'),
  "lone surrogates": record(
    "odd",
    ',"userAgent":"\\ud800","requestParameters":{"k":"\\udfff x \\ud800"}',
  ),
  "repeated keys": record(
    "odd",
    ',"eventName":"Other","requestParameters":{"k":1,"k":2},"eventName":"Watched"',
  ),
  "deeply nested objects": record(
    "odd",
    `,"requestParameters":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
  ),
  "deep nesting": record(
    "odd",
    `,"requestParameters":${"[".repeat(100_000)}${"]".repeat(100_000)}`,
  ),
  "numbers as they are written": record(
    "odd",
    ',"additionalEventData":{"a":0.0,"b":12345678901234567890,"c":1E5}',
  ),
};

for (const [name, text] of Object.entries(KEPT)) {
  Deno.test(`poll keeps and detects a record with ${name}`, async () => {
    const { code, stderr, alertIds, records } = await runWith({ "5-odd.json.gz": log(text) });
    assertEquals(code, 0, stderr);
    assertEquals(alertIds.sort(), ["after", "before", "odd"]);
    assertEquals(canonicalJson(records.get("odd")!), canonicalJson(text));
  });
}

Deno.test("poll keeps and detects a record with invalid UTF-8, as U+FFFD", async () => {
  const text = encoder.encode(`{"Records":[${record("odd", ',"userAgent":"a?b"')}]}`);
  text[text.indexOf(0x3f)] = 0xff;
  const { code, stderr, alertIds, records } = await runWith({ "5-odd.json.gz": gzipSync(text) });
  assertEquals(code, 0, stderr);
  assertEquals(alertIds.sort(), ["after", "before", "odd"]);
  assertEquals(JSON.parse(records.get("odd")!).userAgent, "a\ufffdb");
});

Deno.test("poll gives a record without eventID an id of its content", async () => {
  const text = record("x").replace(',"eventID":"x"', "");
  const { code, stderr, records, alertIds } = await runWith({ "5-odd.json.gz": log(text, text) });
  assertEquals(code, 0, stderr);
  const id = [...records.keys()].find((key) => key.startsWith("sha256:"))!;
  assertEquals(canonicalJson(records.get(id)!), canonicalJson(text));
  assertEquals(records.size, 3);
  assert(alertIds.includes(id));
});
