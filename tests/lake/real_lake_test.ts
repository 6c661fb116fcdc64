/** The real logs through the whole program: nothing lost, nothing twice, and two readers agree on every value. */
import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { canonicalJson, compactJson, objectMembers } from "../../core/json_text.ts";
import {
  ACTIVITY_COLUMNS,
  ACTIVITY_KEY_COLUMNS,
  type Column,
  decodeJsonl,
  EVENT_COLUMNS,
  readTable,
  recordFromRow,
} from "../../parquet/mod.ts";
import { seeded } from "../../parquet/testing.ts";
import { runProgram } from "../support/program.ts";
import { walk } from "../support/walk.ts";
import { type Answer, ask, askNamed } from "./ask.ts";
import { corpusRecords, hasCorpus } from "./corpus.ts";
import { naiveRow } from "./naive_row.ts";

const ignore = !hasCorpus();

type Rows = Readonly<Record<string, unknown>>[];

/** Every distinct event of the real logs that has a time, by canonical JSON, with the texts it has there. */
function realEvents(): Map<string, string[]> {
  const events = new Map<string, string[]>();
  for (const { text, file } of corpusRecords()) {
    if (naiveRow(text, file) === null) continue;
    const canonical = canonicalJson(text);
    events.set(canonical, [...events.get(canonical) ?? [], text]);
  }
  return events;
}

async function deliver(folder: string, name: string, texts: readonly string[]): Promise<void> {
  const bytes = gzipSync(`{"Records":[${texts.join(",")}]}`, { level: 1 });
  await Deno.writeFile(`${folder}/trail/${name}.json.gz`, bytes);
}

async function poll(folder: string, ...flags: readonly string[]): Promise<void> {
  const all = ["--once", "--source", "file:./trail", "--lake", "file:./lake", "--workers", "2"];
  const more = ["--no-bundled-rules", "--alert", "file:./alerts.jsonl", "--log-level", "error"];
  const end = await runProgram(["poll", ...all, ...more, ...flags], { cwd: folder });
  // 1: the records without a time are dead letters.
  assert(end.code === 0 || end.code === 1, end.stderr);
}

/** All rows of a dataset as hyparquet reads them. */
async function rowsOf(lake: string, dataset: string, columns: readonly Column[]): Promise<Rows> {
  const rows: Record<string, unknown>[] = [];
  for await (const path of walk(`${lake}/${dataset}`)) {
    const file = await Deno.readFile(path);
    const table = path.endsWith(".jsonl.gz") ? await decodeJsonl(file, columns) : file;
    const { rowCount, values } = await readTable(table, {
      columns: columns.map(({ name }) => name),
    });
    for (let row = 0; row < rowCount; row++) {
      rows.push(Object.fromEntries(columns.map(({ name }, c) => [name, values[c][row]])));
    }
  }
  return rows;
}

function assertWhole(rows: Rows, events: ReadonlyMap<string, readonly string[]>): void {
  const rebuilt = rows.map((row) => canonicalJson(recordFromRow(row)));
  assertEquals(rebuilt.length, new Set(rebuilt).size, "an event is there twice");
  assertEquals(new Set(rebuilt), new Set(events.keys()));
  const jsonColumns = EVENT_COLUMNS.filter(({ type, field }) => type === "json" && field !== null);
  for (const [i, row] of rows.entries()) {
    const sources = events.get(rebuilt[i])!.map((text) =>
      new Map(objectMembers(text).map(({ name, text }) => [name, compactJson(text)]))
    );
    for (const { name, field } of jsonColumns) {
      if (row[name] === null) continue;
      assert(sources.some((source) => source.get(field!) === row[name]), `${name}: ${row[name]}`);
    }
  }
}

/** Both readers see the same rows: texts by their bytes, null and '' apart. */
async function assertReadersAgree(
  lake: string,
  dataset: string,
  columns: readonly Column[],
  rows: Rows,
): Promise<void> {
  const isText = ({ type }: Column) => type === "string" || type === "json";
  const list = columns.map((column) =>
    column.type === "timestamp"
      ? `epoch_ms(${column.name}) AS ${column.name}`
      : isText(column)
      ? `hex(encode(${column.name})) AS ${column.name}`
      : column.name
  );
  const theirs = await ask(lake, `SELECT ${list.join(", ")} FROM ${dataset}`);
  const encoder = new TextEncoder();
  const ours = rows.map((row) =>
    columns.map(({ name }) => {
      const value = row[name];
      return typeof value === "string" ? encoder.encode(value).toHex().toUpperCase() : value;
    })
  );
  const lines = (values: readonly (readonly unknown[])[]) =>
    values.map((v) => JSON.stringify(v)).sort();
  assertEquals(lines(ours), lines(theirs.map((row) => columns.map(({ name }) => row[name]))));
}

async function assertRollup(lake: string): Promise<void> {
  const keys = ACTIVITY_KEY_COLUMNS.map(({ name }) => name).join(", ");
  const counted = `SELECT date_trunc('hour', event_time) AS hour, ${keys}, count(*) AS event_count,
    min(event_time) AS first_event_time, max(event_time) AS last_event_time FROM events GROUP BY ALL`;
  const written = `SELECT date_trunc('hour', first_event_time) AS hour, ${keys}, event_count,
    first_event_time, last_event_time FROM activity`;
  const [{ more, less, rows }] = await ask(
    lake,
    `SELECT (SELECT count(*) FROM (${counted} EXCEPT ALL ${written})) AS more,
      (SELECT count(*) FROM (${written} EXCEPT ALL ${counted})) AS less, (SELECT count(*) FROM activity) AS rows`,
  );
  assertEquals([more, less], [0, 0]);
  assert(Number(rows) > 500);
}

async function assertLake(lake: string, events: ReadonlyMap<string, string[]>): Promise<void> {
  const rows = await rowsOf(lake, "events", EVENT_COLUMNS);
  assertWhole(rows, events);
  for (const { recipient_account_id: account } of rows) {
    assert(account === null || typeof account === "string");
  }
  await assertRollup(lake);
}

Deno.test({
  name: "the lake of the real logs holds every event once, as two readers see it",
  ignore,
  async fn() {
    const events = realEvents();
    assert(events.size > 2900);
    const folder = await Deno.makeTempDir({ prefix: "trailsieve-real-" });
    try {
      await Deno.mkdir(`${folder}/trail`);
      const texts = [...corpusRecords()].map(({ text }) => text);
      for (let i = 0; i < texts.length; i += 100) {
        await deliver(folder, `f-${i}`, texts.slice(i, i + 100));
      }
      await poll(folder);
      const lake = `${folder}/lake`;
      await assertLake(lake, events);
      for (
        const [dataset, columns] of [["events", EVENT_COLUMNS], [
          "activity",
          ACTIVITY_COLUMNS,
        ]] as const
      ) {
        await assertReadersAgree(lake, dataset, columns, await rowsOf(lake, dataset, columns));
      }
      await assertNamedQueries(lake, [...events.keys()].map((text) => JSON.parse(text)));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "the lake is the same after late, repeated and replaced deliveries in any order",
  ignore,
  async fn() {
    const random = seeded();
    const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)];
    const flags = [
      "--lake-format",
      pick(["parquet", "jsonl"]),
      "--lake-cadence",
      pick(["hourly", "daily"]),
    ];
    console.log(flags.join(" "));
    const events = realEvents();
    const folder = await Deno.makeTempDir({ prefix: "trailsieve-real-" });
    try {
      await Deno.mkdir(`${folder}/trail`);
      // Each event once to three times, in one of its own spellings, dealt to files of two rounds.
      const files = Array.from({ length: 60 }, () => [] as string[]);
      for (const texts of events.values()) {
        for (let copies = pick([1, 1, 2, 3]); copies > 0; copies--) pick(files).push(pick(texts));
      }
      for (let round = 0; round < 2; round++) {
        for (let i = round * 30; i < round * 30 + 30; i++) {
          await deliver(folder, `f-${i}`, files[i]);
          // An older file comes anew with other events; what it held before stays in the lake.
          if (round > 0 && random() < 0.2) {
            await deliver(folder, `f-${Math.floor(random() * 30)}`, files[i]);
          }
        }
        await poll(folder, ...flags);
      }
      await assertLake(`${folder}/lake`, events);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

interface Identity {
  readonly arn?: string;
  readonly accessKeyId?: string;
}

/** A real record, as far as the questions below go. */
interface RealEvent {
  readonly eventName?: string;
  readonly eventSource?: string;
  readonly errorCode?: string;
  readonly sourceIPAddress?: string;
  readonly userIdentity?: Identity | string;
  readonly requestParameters?: Record<string, unknown> | null;
}

const identityOf = ({ userIdentity }: RealEvent): Identity =>
  typeof userIdentity === "object" && userIdentity !== null ? userIdentity : {};
const sum = (rows: readonly Answer[], name: string) =>
  rows.reduce((total, row) => total + Number(row[name]), 0);

/** What the named queries say of the real logs, against what is counted here by hand. */
async function assertNamedQueries(lake: string, events: readonly RealEvent[]): Promise<void> {
  const user = "arn:aws:iam::123837392027:user/bert-jan";
  const key = "AKIAA2F3C0834EXAMPLE";
  const calls = await askNamed(lake, "access-key-activity", { "access-key": key });
  const wanted = events.filter((event) => identityOf(event).accessKeyId === key);
  assert(wanted.length > 500);
  assertEquals(sum(calls, "calls"), wanted.length);
  assertEquals(
    sum(calls.filter(({ event_name }) => event_name === "PutParameter"), "calls"),
    wanted.filter(({ eventName }) => eventName === "PutParameter").length,
  );

  const denied = await askNamed(lake, "denied-calls", {});
  const refused = events.filter(({ errorCode = "" }) =>
    /AccessDenied|Unauthorized|NotAuthorized|Forbidden/.test(errorCode)
  );
  assertEquals(sum(denied, "calls"), refused.length);

  const logins = await askNamed(lake, "console-logins", {});
  const signIns = events.filter(({ eventName }) => eventName === "ConsoleLogin");
  assertEquals(sum(logins, "successes") + sum(logins, "failures"), signIns.length);
  assertEquals(
    logins.filter((row) => row.who === user).map((
      row,
    ) => [row.source_ip_address, row.successes_with_mfa]),
    [["10.8.8.10", 1]],
  );

  // A session of the attack simulation goes back to the user who ran it.
  const session =
    "arn:aws:sts::123837392027:assumed-role/stratus-red-team-ec2-get-password-data-role/aws-go-sdk-1688990082523310002";
  const chain = await askNamed(lake, "session-origin", { session });
  assert(chain.length > 0);
  for (const hop of chain) {
    assertEquals([hop.hop, hop.opened_by, hop.opened_by_type, hop.linked_by], [
      1,
      user,
      "IAMUser",
      "access key",
    ]);
  }
  const activity = await askNamed(lake, "session-activity", { "access-key": key, limit: "100000" });
  const sessionKey = chain[0].session_access_key;
  const ofSession = (name: unknown) =>
    events.filter((event) => identityOf(event).accessKeyId === name).length;
  assertEquals(activity.filter(({ hops }) => hops === 0).length, ofSession(key));
  assertEquals(
    activity.filter((row) => row.user_access_key_id === sessionKey).map(({ hops }) => hops),
    Array(ofSession(sessionKey)).fill(1),
  );

  // Everything that bears a bucket and a key is found under them.
  const s3 = events.filter(({ eventSource, requestParameters: p }) =>
    eventSource === "s3.amazonaws.com" && typeof p?.bucketName === "string" &&
    typeof p.key === "string"
  );
  for (const { requestParameters } of s3.slice(0, 3)) {
    const { bucketName: bucket, key } = requestParameters as { bucketName: string; key: string };
    const found = await askNamed(lake, "object-access", { bucket, key });
    const own = s3.filter(({ requestParameters: p }) => p!.bucketName === bucket && p!.key === key);
    assertEquals(
      found.filter(({ event_name }) => !/ from it$/.test(String(event_name))).length,
      own.length,
    );
    const puts = s3.filter(({ eventName, requestParameters: p }) =>
      eventName === "PutObject" && p!.bucketName === bucket
    );
    assertEquals((await askNamed(lake, "put-objects", { bucket })).length, puts.length);
  }

  const firsts = await askNamed(lake, "first-service-use", {});
  const roles = new Set(firsts.map(({ role, event_source }) => `${role} ${event_source}`));
  assertEquals(roles.size, firsts.length);
}
