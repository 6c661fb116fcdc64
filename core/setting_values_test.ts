import { assertEquals, assertThrows } from "@std/assert";
import { parseListenAddress } from "./setting_values.ts";

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
