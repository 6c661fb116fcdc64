import { assertEquals, assertRejects } from "@std/assert";
import { gunzipSync, gzipSync } from "node:zlib";
import { TrailsieveError } from "../core/errors.ts";
import { ACTIVITY_COLUMNS, EVENT_COLUMNS } from "./columns.ts";
import { TableWriter } from "./encode.ts";
import { decodeJsonl, encodeJsonl } from "./jsonl.ts";
import { readTable } from "./read.ts";
import { randomRow, readRows, seeded, writeRows } from "./testing.ts";

const linesOf = (file: Uint8Array) => new TextDecoder().decode(gunzipSync(file)).split("\n");

Deno.test("encodeJsonl() writes a row a line: same names, null left out, JSON in the source's text", async () => {
  const rows = [
    {
      event_time: Date.UTC(2026, 10, 20, 10),
      event_id: "a",
      user_name: "",
      read_only: false,
      request_parameters: '{"a":0.0,"b":12345678901234567890,"c":"\\ud800"}',
      user_identity: '"AROA"',
      extra: '{\n"x" : null}',
    },
    { event_time: Date.UTC(2026, 10, 20, 10, 0, 1, 500), event_id: 'b"\u0000é' },
  ];
  assertEquals(linesOf(await encodeJsonl(writeRows(rows), EVENT_COLUMNS)), [
    '{"event_time":"2026-11-20T10:00:00Z","event_id":"a","read_only":false,"user_name":"",' +
    '"user_identity":"AROA","request_parameters":{"a":0.0,"b":12345678901234567890,"c":"\\ud800"},' +
    '"extra":{"x":null}}',
    '{"event_time":"2026-11-20T10:00:01.500Z","event_id":"b\\"\\u0000é"}',
    "",
  ]);
});

Deno.test("decodeJsonl() gives back what encodeJsonl() was given", async () => {
  const random = seeded();
  const rows = Array.from({ length: 3000 }, () => randomRow(random));
  const file = await decodeJsonl(
    await encodeJsonl(writeRows(rows, 700), EVENT_COLUMNS),
    EVENT_COLUMNS,
  );
  assertEquals(await readRows(file), rows);
});

Deno.test("decodeJsonl() and encodeJsonl() take the activity table, and no rows", async () => {
  const values = [
    ...[["1", null], ["r", "r"], ["s", "s"], ["n", ""], [null, "arn"], ["ip", "ip"], [null, "E"]],
    ...[[1, 2 ** 53], [0, 1_700_000_000_123], [1000, 1_700_000_000_123]],
  ];
  const writer = new TableWriter(ACTIVITY_COLUMNS);
  writer.writeRowGroup(values, 2);
  const lines = await encodeJsonl(writer.finish(), ACTIVITY_COLUMNS);
  const back = await decodeJsonl(lines, ACTIVITY_COLUMNS);
  assertEquals((await readTable(back)).values, values);
  const empty = await encodeJsonl(new TableWriter(EVENT_COLUMNS).finish(), EVENT_COLUMNS);
  assertEquals(linesOf(empty), [""]);
  assertEquals((await readTable(await decodeJsonl(empty, EVENT_COLUMNS))).rowCount, 0);
});

Deno.test("decodeJsonl() reads a line that is longer than what is inflated at a time", async () => {
  const rows = [1, 2, 3].map((i) => ({
    event_time: i,
    event_id: `${i}`,
    request_parameters: `"${"é€".repeat(200_000 * i)}"`,
  }));
  const lines = await encodeJsonl(writeRows(rows), EVENT_COLUMNS);
  const back = await readRows(await decodeJsonl(lines, EVENT_COLUMNS));
  assertEquals(
    back.map((row) => row.request_parameters),
    rows.map((row) => row.request_parameters),
  );
});

Deno.test("decodeJsonl() refuses what encodeJsonl() did not write", async () => {
  const sound = '{"event_time":"2026-11-20T10:00:00Z","event_id":"a"}\n';
  assertEquals((await readTable(await decodeJsonl(gzipSync(sound), EVENT_COLUMNS))).rowCount, 1);
  const gzip = gzipSync(sound);
  for (
    const file of [
      gzip.subarray(0, -4),
      new TextEncoder().encode(sound),
      gzipSync(sound.slice(0, -1)),
      gzipSync(sound.replace("event_id", "other")),
      gzipSync(sound.replace("2026", "x")),
      gzipSync('{"event_id":"a"}\n'),
      gzipSync("[]\n"),
      gzipSync(Uint8Array.of(0x22, 0xff, 0x22, 0x0a)),
    ]
  ) {
    const error = await assertRejects(
      () => decodeJsonl(new Uint8Array(file), EVENT_COLUMNS),
      TrailsieveError,
    );
    assertEquals(error.code, "corrupt");
  }
});
