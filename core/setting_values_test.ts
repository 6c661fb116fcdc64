import { assertEquals, assertThrows } from "@std/assert";
import { parseInterval } from "./setting_texts.ts";
import { parseInstant, parseListenAddress } from "./setting_values.ts";

Deno.test("parseListenAddress() takes a host and a port, and no host for every interface", () => {
  const cases: [string, string, number][] = [
    ["127.0.0.1:9464", "127.0.0.1", 9464],
    [":9464", "0.0.0.0", 9464],
    ["localhost:0", "localhost", 0],
    ["[::1]:65535", "::1", 65535],
    ["[::]:9464", "::", 9464],
  ];
  for (const [text, hostname, port] of cases) {
    assertEquals(parseListenAddress(text), { hostname, port }, text);
  }
});

Deno.test("parseListenAddress() refuses what is no address", () => {
  const bad = ["9464", "", "localhost", "localhost:", "localhost:65536", "::1:9464", ":x", "[x]:1"];
  for (const text of [...bad, "http://localhost:9464/", "a b:1", ":-1"]) {
    assertThrows(() => parseListenAddress(text), Error, `${JSON.stringify(text)} is no HOST:PORT`);
  }
});

Deno.test("parseInstant() refuses days that no month has, also in instants", () => {
  assertEquals(parseInstant("2024-02-29T01:30:00+02:00"), Date.UTC(2024, 1, 28, 23, 30));
  for (const text of ["2026-02-30", "2026-02-30T00:00:00Z", "2026-04-31T12:00Z", "2026-13-01"]) {
    assertThrows(() => parseInstant(text), Error, "is no date");
  }
});

Deno.test("parseInterval() refuses what would list without a pause", () => {
  assertEquals([parseInterval("100ms"), parseInterval("7d")], [100, 604_800_000]);
  for (const text of ["0s", "99ms", "30d"]) {
    assertThrows(() => parseInterval(text), Error, "is not from 100ms to 7d");
  }
});
