/** What becomes of a lake when S3 refuses, stalls, loses answers or ignores conditions. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LIMITS } from "../../core/limits.ts";
import { openLake } from "../../objects/mod.ts";
import { build, bytes, environment, thrown } from "./s3_world.ts";

Deno.test("LakeStore.put(), get() and delete() name the permission that they lack", async () => {
  await using world = await build();
  const put = () => world.lake.put("events/a", bytes("x"), { condition: { kind: "always" } });
  await put();
  world.s3.faults.add({ key: "events/", action: { kind: "deny" } });
  assertStringIncludes(
    (await thrown(put, "denied")).hint!,
    "s3:PutObject on arn:aws:s3:::lake/events/*",
  );
  const get = await thrown(() => world.lake.get("events/a"), "denied");
  assertStringIncludes(get.hint!, "s3:GetObject on arn:aws:s3:::lake/events/*");
  const removal = await thrown(() => world.lake.delete("events/a"), "denied");
  assertStringIncludes(removal.hint!, "s3:DeleteObject on arn:aws:s3:::lake/events/*");
});

Deno.test("LakeStore.put() whose answer is lost knows its own write again", async () => {
  await using world = await build();
  const lose = {
    operation: "PutObject",
    action: { kind: "internal_error", afterWork: true },
    count: 1,
  } as const;
  world.s3.faults.add(lose);
  const first = await world.lake.put("f", bytes("one"), { condition: { kind: "create" } });
  world.s3.faults.add(lose);
  const second = await world.lake.put("f", bytes("two"), {
    condition: { kind: "replace", etag: first },
  });
  assertEquals(await world.lake.get("f"), { bytes: bytes("two"), etag: second });
});

Deno.test("LakeStore.put() that stalls cannot replace what another writer wrote meanwhile", async () => {
  await using world = await build();
  const first = await world.lake.put("hour", bytes("one"), { condition: { kind: "create" } });
  world.s3.faults.add({ operation: "PutObject", action: { kind: "delay", ms: 300 }, count: 1 });
  const stalled = world.lake.put("hour", bytes("stale"), {
    condition: { kind: "replace", etag: first },
  });
  const refusal = thrown(() => stalled, "condition");
  await new Promise((resolve) => setTimeout(resolve, 100));
  await world.lake.put("hour", bytes("two"), { condition: { kind: "replace", etag: first } });
  await refusal;
  assertEquals((await world.lake.get("hour"))?.bytes, bytes("two"));
});

Deno.test("LakeStore.get() goes on after bodies that were cut again and again", async () => {
  await using world = await build();
  const content = crypto.getRandomValues(new Uint8Array(60_000));
  await world.lake.put("f", content, { condition: { kind: "always" } });
  const cut = { kind: "cut", bytes: 1000 } as const;
  const fault = world.s3.faults.add({ operation: "GetObject", action: cut, count: 4 });
  assertEquals((await world.lake.get("f"))?.bytes, content);
  assertEquals(fault.hits, 4);
});

Deno.test("LakeStore.get() ends at once when its signal fires within a body", async () => {
  await using world = await build();
  await world.lake.put("f", new Uint8Array(100_000), { condition: { kind: "always" } });
  world.s3.faults.add({ operation: "GetObject", action: { kind: "stall", bytes: 5000 } });
  const reason = new Error("stop now");
  for (
    const read of [
      (signal: AbortSignal) => world.lake.get("f", { signal }),
      (signal: AbortSignal) => world.lake.getRange("f", 10, 50_000, { signal }),
    ]
  ) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    const startedAt = performance.now();
    assertEquals(await assertRejects(() => read(controller.signal)), reason);
    assert(performance.now() - startedAt < LIMITS.silentConnectionMs);
  }
});

Deno.test("LakeStore.probe() tells of a store that ignores conditions", async () => {
  await using world = await build();
  world.s3.faults.add({ action: { kind: "ignore_conditions" } });
  const env = environment(world.s3);
  const { requests } = world;
  const lake = await openLake("s3://lake/", { env, requests });
  assertEquals(await lake.probe(), { conditionalWrites: false });
  assertEquals(world.s3.keys("lake"), []);
  await lake.close();
});

Deno.test("LakeStore.probe() of a missing bucket throws missing", async () => {
  await using world = await build();
  const open = () =>
    openLake("s3://no-such-lake/", { env: environment(world.s3), requests: world.requests });
  const error = await thrown(open, "missing");
  assertStringIncludes(error.hint!, "no-such-lake");
});
