import { assert, assertEquals } from "@std/assert";
import { type AlertPack, AlertPacker, unpackAlerts } from "./alert_packs.ts";
import type { Alert } from "./types.ts";

function alertOf(n: number, chars: number): Alert {
  return {
    alertId: `id${n}`,
    ruleId: "rule",
    level: "high",
    dedupKey: `key${n}`,
    eventId: `event${n}`,
    eventTimeMs: n,
    payload: JSON.stringify({ n, text: `é\u2028\n${"x".repeat(chars)}` }),
  };
}

function packed(alerts: readonly Alert[], cuts: readonly (readonly [number, number])[] = []) {
  const packer = new AlertPacker();
  const cutAt = new Map(cuts);
  alerts.forEach((alert, i) => {
    packer.add(alert);
    const length = cutAt.get(i);
    if (length !== undefined) packer.cut(length);
  });
  return packer;
}

function bytesOf(packs: readonly AlertPack[]): number {
  return packs.reduce((sum, { payloads }) => sum + payloads.length, 0);
}

Deno.test("packed alerts come back as they were, as often as they are asked for", () => {
  const alerts = Array.from({ length: 2500 }, (_, n) => alertOf(n, n % 5000));
  const packs = packed(alerts).take();
  assert(packs.length > 3, `${packs.length} packs`);
  const all = unpackAlerts(packs);
  assertEquals([...all], alerts);
  assertEquals([...all], alerts);
  assert(bytesOf(packs) < 600_000, `${bytesOf(packs)} bytes`);
});

Deno.test("a cut forgets the last alerts, packed ones and loose ones", () => {
  const alerts = Array.from({ length: 3000 }, (_, n) => alertOf(n, 10));
  for (const [at, length] of [[10, 4], [1005, 1002], [1005, 1000], [2900, 500], [1500, 0]]) {
    const packer = packed(alerts, [[at, length]]);
    const expected = [...alerts.slice(0, length), ...alerts.slice(at + 1)];
    assertEquals(packer.length, expected.length);
    assertEquals([...unpackAlerts(packer.take())], expected, `cut to ${length} after ${at}`);
    assertEquals(packer.length, 0);
    assertEquals(packer.take(), []);
  }
});

Deno.test("a cut to what is there changes nothing", () => {
  const alerts = [alertOf(0, 1), alertOf(1, 1)];
  const packer = packed(alerts, [[1, 2]]);
  assertEquals([...unpackAlerts(packer.take())], alerts);
});
