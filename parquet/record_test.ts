import { assertEquals, assertThrows } from "@std/assert";
import { canonicalJson } from "../core/json_text.ts";
import { EVENT_COLUMNS } from "./columns.ts";
import { recordFromRow } from "./record.ts";

Deno.test("recordFromRow() gives each column back under its field", () => {
  assertEquals(
    recordFromRow({
      event_time: Date.UTC(2026, 0, 2, 3, 4, 5),
      event_id: "e1",
      read_only: false,
      user_agent: 'a "b"\u0000',
      user_identity: '{"type":"Root","n":0.0}',
      user_type: "Root",
      source_object: "s3://b/k",
      error_code: null,
    }),
    '{"eventTime":"2026-01-02T03:04:05Z","eventID":"e1","userAgent":"a \\"b\\"\\u0000",' +
      '"readOnly":false,"userIdentity":{"type":"Root","n":0.0}}',
  );
});

Deno.test("recordFromRow() lets members of extra stand in place of columns", () => {
  const text = recordFromRow({
    event_time: 1500,
    event_id: "e1",
    event_name: "Get",
    read_only: true,
    extra:
      '{"eventTime":"1970-01-01T00:00:01.500Z","readOnly":"true","eventName":null,"new":{"a":[1]}}',
  });
  assertEquals(
    text,
    '{"eventID":"e1","eventTime":"1970-01-01T00:00:01.500Z","readOnly":"true","eventName":null,' +
      '"new":{"a":[1]}}',
  );
});

Deno.test("recordFromRow() keeps members that the record had twice", () => {
  const text = recordFromRow({
    event_time: 0,
    event_id: "e",
    extra: '{"eventID":1,"eventID":"e"}',
  });
  assertEquals(text, '{"eventTime":"1970-01-01T00:00:00Z","eventID":1,"eventID":"e"}');
  assertEquals(canonicalJson(text), '{"eventID":"e","eventTime":"1970-01-01T00:00:00Z"}');
});

Deno.test("recordFromRow() gives no event id back that was made from the content", () => {
  assertEquals(
    recordFromRow({ event_time: 0, event_id: "sha256:00ff" }),
    '{"eventTime":"1970-01-01T00:00:00Z"}',
  );
});

Deno.test("recordFromRow() writes years of four digits, and lone surrogates as escapes", () => {
  assertEquals(
    recordFromRow({ event_time: Date.UTC(9999, 11, 31), event_id: "\ud800" }),
    '{"eventTime":"9999-12-31T00:00:00Z","eventID":"\\ud800"}',
  );
});

Deno.test("recordFromRow() refuses an extra that is no object", () => {
  assertThrows(() => recordFromRow({ event_time: 0, event_id: "e", extra: "[1]" }), SyntaxError);
});

Deno.test("EVENT_COLUMNS have one name and at most one field each", () => {
  const names = EVENT_COLUMNS.map(({ name }) => name);
  const fields = EVENT_COLUMNS.flatMap(({ field }) => field ?? []);
  assertEquals(new Set(names).size, 38);
  assertEquals(new Set(fields).size, fields.length);
  for (const { name, field } of EVENT_COLUMNS) {
    if (field === null) continue;
    const snake = field.replace(/ID$/, "Id").replace("IPA", "IpA").replace(
      /[A-Z]/g,
      (c) => `_${c.toLowerCase()}`,
    );
    assertEquals(name, snake);
  }
});
