import { gunzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type GeneratedObject, generateTrail, planTrail, type TrailOptions } from "./mod.ts";

interface SeenRecord {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly awsRegion: string;
  readonly recipientAccountId: string;
}

interface SeenFile {
  readonly object: GeneratedObject;
  readonly text: string;
  readonly records: readonly SeenRecord[];
}

function readLogs(options: TrailOptions): readonly SeenFile[] {
  return [...generateTrail({ gzipLevel: 1, ...options })].filter(({ kind }) => kind === "log")
    .map((object) => {
      const text = gunzipSync(object.bytes).toString();
      return { object, text, records: JSON.parse(text).Records };
    });
}

function hashTrail(options: TrailOptions): string {
  const hash = createHash("sha256");
  for (const object of generateTrail(options)) {
    hash.update(`${object.key} ${object.deliveredAt}\n`).update(gunzipSync(object.bytes));
  }
  return hash.digest("hex");
}

const LOGS = readLogs({ seed: 11, events: 20_000 });
const RECORDS = LOGS.flatMap(({ records }) => records);

Deno.test("generateTrail() gives the same bytes for the same options", () => {
  const first = [...generateTrail({ seed: 5, events: 600 })];
  assertEquals(first, [...generateTrail({ seed: 5, events: 600 })]);
  assertNotEquals(first, [...generateTrail({ seed: 6, events: 600 })]);
});

Deno.test("generateTrail() gives the bytes that it gave when this test was written", () => {
  // Inflated, since compressed bytes also depend on the runtime's zlib.
  assertEquals(
    hashTrail({ seed: 42, events: 2_000 }),
    "8853af345a91a75769da9056c1a53c6294c5928a50f55e1fd5451644caf04f6b",
  );
});

Deno.test("TrailPlan.objects() starts anew at each call", () => {
  const plan = planTrail({ seed: 5, events: 300 });
  plan.objects().next();
  assertEquals([...plan.objects()], [...plan.objects()]);
});

Deno.test("generateTrail() writes just the events asked for, redelivered copies on top", () => {
  for (const events of [0, 1, 7, 1_000, 4_321]) {
    const logs = readLogs({ seed: events, events });
    const ids = new Set(logs.flatMap(({ records }) => records.map(({ eventID }) => eventID)));
    const sum = (count: (file: SeenFile) => number) => {
      return logs.reduce((total, file) => total + count(file), 0);
    };
    assertEquals(ids.size, events);
    assertEquals(sum(({ object }) => object.eventCount - object.duplicateCount), events);
    assertEquals(sum(({ records }) => records.length), sum(({ object }) => object.eventCount));
  }
});

Deno.test("generateTrail() delivers some events twice, with equal content in two files", () => {
  const seen = new Map<string, { readonly text: string; readonly key: string }>();
  let copies = 0;
  for (const { object, records } of LOGS) {
    for (const record of records) {
      const text = JSON.stringify(record);
      const first = seen.get(record.eventID);
      if (first === undefined) seen.set(record.eventID, { text, key: object.key });
      else {
        copies++;
        assertEquals(text, first.text);
        assertNotEquals(object.key, first.key);
      }
    }
  }
  assertEquals(copies, LOGS.reduce((sum, { object }) => sum + object.duplicateCount, 0));
  assert(copies > 0.003 * RECORDS.length && copies < 0.03 * RECORDS.length, `${copies} copies`);
});

Deno.test("generateTrail() keeps account and region of a key, and the order of delivery", () => {
  const keys = new Set<string>();
  let deliveredAt = 0;
  for (const object of generateTrail({ seed: 3, events: 3_000 })) {
    assert(object.deliveredAt >= deliveredAt, `${object.key} is out of order`);
    deliveredAt = object.deliveredAt;
    keys.add(object.key);
    if (object.kind !== "log") continue;
    const match = object.key.match(
      /^AWSLogs\/o-[a-z0-9]{10}\/(\d{12})\/CloudTrail\/([a-z0-9-]+)\/(\d{4})\/(\d\d)\/(\d\d)\/\1_CloudTrail_\2_\3\4\5T\d{3}[05]Z_[A-Za-z0-9]{16}\.json\.gz$/,
    );
    assert(match !== null, object.key);
    for (const record of JSON.parse(gunzipSync(object.bytes).toString()).Records) {
      assertEquals([record.recipientAccountId, record.awsRegion], [match[1], match[2]]);
    }
  }
  assert(keys.size > 500);
});

Deno.test("generateTrail() adds digests and Insights that hold no events", () => {
  const others = [...generateTrail({ seed: 3, events: 500 })].filter(({ kind }) => kind !== "log");
  const digests = others.filter(({ kind }) => kind === "digest");
  assertEquals(others.length - digests.length, 2);
  assert(digests.length > 40);
  let previous: { readonly key: string; readonly hash: string } | null = null;
  for (const object of digests) {
    assertMatch(object.key, /\/CloudTrail-Digest\//);
    assertEquals(object.eventCount, 0);
    const text = gunzipSync(object.bytes);
    const digest = JSON.parse(text.toString());
    assertEquals(digest.digestS3Object, object.key);
    assertEquals(digest.previousDigestS3Object, previous?.key ?? null);
    assertEquals(digest.previousDigestHashValue, previous?.hash ?? null);
    previous = { key: object.key, hash: createHash("sha256").update(text).digest("hex") };
  }
});

Deno.test("generateTrail() names in a digest the files delivered in its hour, with their hashes", () => {
  const files = new Map<string, string>();
  let named = 0;
  for (const object of generateTrail({ seed: 3, events: 4_000 })) {
    const text = gunzipSync(object.bytes);
    if (object.kind === "log") {
      files.set(object.key, createHash("sha256").update(text).digest("hex"));
    }
    if (object.kind !== "digest") continue;
    for (const entry of JSON.parse(text.toString()).logFiles) {
      named++;
      assertEquals(entry.hashValue, files.get(entry.s3Object), entry.s3Object);
    }
  }
  assert(named > 10, `${named} files are named`);
});

Deno.test("generateTrail() puts about one record in ten under another hour than its own", () => {
  const other = LOGS.flatMap(({ object, records }) => {
    const [, day, hour] = object.key.match(/_(\d{8})T(\d\d)\d\dZ_/)!;
    return records.filter(({ eventTime }) => {
      return eventTime.slice(0, 13).replaceAll("-", "") !== `${day}T${hour}`;
    });
  });
  const share = other.length / RECORDS.length;
  assert(share > 0.07 && share < 0.15, `share ${share}`);
});

Deno.test("generateTrail() leaves records out of time order in many files and some files late", () => {
  const disordered = LOGS.filter(({ records }) =>
    records.some(({ eventTime }, index) => index > 0 && eventTime < records[index - 1].eventTime)
  );
  const late = LOGS.filter(({ object, records }) =>
    records.every(({ eventTime }) => object.deliveredAt - Date.parse(eventTime) > 15 * 60_000)
  );
  const share = (files: readonly SeenFile[]) => files.length / LOGS.length;
  assert(share(disordered) > 0.15 && share(disordered) < 0.6, `disordered ${share(disordered)}`);
  assert(share(late) > 0.01 && share(late) < 0.06, `late ${share(late)}`);
});

Deno.test("generateTrail() writes records of CloudTrail's size, files tiny and large", () => {
  const bytes = LOGS.reduce((sum, { object }) => sum + object.inflatedBytes, 0);
  const average = bytes / RECORDS.length;
  assert(average > 1_350 && average < 1_600, `${average} bytes a record`);
  const counts = LOGS.map(({ records }) => records.length);
  assertEquals(Math.min(...counts), 1);
  assert(Math.max(...counts) > 30);
});

Deno.test("generateTrail() delivers global services in the home region alone", () => {
  const global = /^(iam|cloudfront|route53|organizations)\.amazonaws\.com$/;
  const regions = new Set(
    RECORDS.filter(({ eventSource }) => global.test(eventSource)).map(({ awsRegion }) => awsRegion),
  );
  assertEquals([...regions], ["us-east-1"]);
});

Deno.test("generateTrail() holds numbers that JavaScript's own would change", () => {
  const text = LOGS.map((file) => file.text).join("");
  assertMatch(text, /"bytesTransferredIn":0\.0,/);
  assertMatch(text, /"resourceRevision":\d{19}\}/);
  assert(!text.includes("~"), "a placeholder was left");
});

Deno.test("generateTrail() closes a file at fileEventsMax", () => {
  const logs = readLogs({ seed: 1, events: 3_000, accounts: 6, days: 1, fileEventsMax: 5 });
  assert(logs.every(({ records }) => records.length >= 1 && records.length <= 5));
  assertEquals(logs.filter(({ records }) => records.length === 5).length > 100, true);
});

Deno.test("generateTrail() knows the other partitions", () => {
  for (const partition of ["aws-cn", "aws-us-gov"] as const) {
    const logs = readLogs({ seed: 1, events: 1_500, partition });
    const text = logs.map((file) => file.text).join("");
    assert(text.includes(`arn:${partition}:iam::`));
    assert(!text.includes("arn:aws:"), `an ARN of ${partition} is in another partition`);
  }
});

Deno.test("generateTrail() starts at the hour of startAt and keeps to its days", () => {
  const startAt = Date.parse("2027-06-30T22:40:00Z");
  const logs = readLogs({ seed: 1, events: 1_000, startAt, days: 1 });
  for (const { records } of logs) {
    for (const { eventTime } of records) {
      assert(eventTime >= "2027-06-30T22:00:00Z" && eventTime < "2027-07-01T22:00:00Z", eventTime);
    }
  }
});

Deno.test("generateTrail() holds no more memory for a longer trail", () => {
  // The heap of this isolate: the process's memory belongs to the test files beside this one too. The least
  // of each third is what is still held when garbage has just been collected.
  const leastHeap = [Infinity, Infinity, Infinity];
  let events = 0;
  for (const object of generateTrail({ seed: 1, events: 240_000, gzipLevel: 1 })) {
    const third = Math.min(2, Math.floor(events / 80_000));
    events += object.eventCount;
    leastHeap[third] = Math.min(leastHeap[third], Deno.memoryUsage().heapUsed);
  }
  // The first third has the first collections behind it only at its end.
  const grownMb = (leastHeap[2] - leastHeap[1]) / 1e6;
  assert(grownMb < 20, `grew by ${grownMb} MB`);
});
