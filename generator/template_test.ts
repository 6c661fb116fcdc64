import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Prng } from "./prng.ts";
import { compileTemplate, credentials, HOLES, makeSession, raw, writeEvent } from "./template.ts";

function write(record: object, at: number, seed = 1): string {
  const template = compileTemplate(record);
  const out = new Uint8Array(template.bytes.length + 3);
  const end = writeEvent(out, 2, template, {
    at,
    session: makeSession(Date.UTC(2026, 0, 1), "ABCDEFGHIJKLMNOP"),
    prng: new Prng(seed, "template"),
  });
  assertEquals(end, template.bytes.length + 2);
  assertEquals([out[0], out[1], out[out.length - 1]], [0, 0, 0]);
  return new TextDecoder().decode(out.subarray(2, end));
}

Deno.test("writeEvent() fills every hole in its form", () => {
  const text = write(
    { ...HOLES, digits19: raw(HOLES.digits19) },
    Date.UTC(2026, 11, 31, 23, 59, 58),
  );
  const event = JSON.parse(text);
  assertEquals(event.time, "2026-12-31T23:59:58Z");
  assertEquals(event.sessionTime, "2026-01-01T00:00:00Z");
  assertEquals(event.sessionKey, "ABCDEFGHIJKLMNOP");
  assertMatch(event.uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assertMatch(event.hex, /^0[0-9a-f]{16}$/);
  assertMatch(event.token, /^[A-Z2-7]{16}$/);
  assertMatch(event.digits4, /^[1-9]\d{3}$/);
  assertMatch(event.serial, /^[1-9]\d{4}$/);
  assertEquals(event.serialAgain, event.serial);
  assertMatch(text, /"digits19":[1-8]\d{18},/);
  assert(!text.includes("~"));
});

Deno.test("writeEvent() writes an expiry of any width an hour later", () => {
  for (
    const [at, expiry] of [
      [Date.UTC(2026, 2, 2, 8, 5, 7), "Mar 2, 2026, 9:05:07 AM"],
      [Date.UTC(2026, 10, 30, 23, 0, 0), "Dec 1, 2026, 12:00:00 AM"],
      [Date.UTC(2026, 10, 29, 11, 59, 59), "Nov 29, 2026, 12:59:59 PM"],
    ] as const
  ) {
    const event = JSON.parse(write({ credentials: credentials() }, at));
    assertEquals(event.credentials.expiration, expiry);
    assertMatch(event.credentials.sessionToken, /^IQoJ[A-Za-z0-9+/]{90,}$/);
  }
});

Deno.test("raw() keeps a number's own text", () => {
  assertEquals(write({ a: raw("0.0"), b: [raw("1234.0")] }, 0), '{"a":0.0,"b":[1234.0]}');
});

Deno.test("compileTemplate() refuses an unknown placeholder", () => {
  assertThrows(() => compileTemplate({ a: "~never~" }), Error, "unknown placeholder");
});

Deno.test("compileTemplate() refuses text beyond ASCII", () => {
  assertThrows(() => compileTemplate({ a: "é" }), Error, "not ASCII");
});
