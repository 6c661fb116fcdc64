import { assert, assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { TrailsieveError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { testLake } from "./lake_contract.ts";
import { openLake } from "./mod.ts";

const OPTIONS = { env: {}, requests: { list: 0, get: 0, put: 0 } };
const bytes = (text: string) => new TextEncoder().encode(text);

testLake("openLake(file:)", async () => {
  const root = await Deno.makeTempDir({ prefix: "trailsieve lake " });
  return {
    url: pathToFileURL(`${root}/not/there yet`).href,
    env: {},
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
});

Deno.test("openLake(file:): put() holds its condition between processes", async () => {
  const root = await Deno.makeTempDir();
  try {
    const url = pathToFileURL(root).href;
    const racer = `
      import { openLake } from ${JSON.stringify(import.meta.resolve("./mod.ts"))};
      const lake = await openLake(Deno.args[0], { env: {}, requests: { list: 0, get: 0, put: 0 } });
      let won = 0;
      for (let round = 0; round < 40; round++) {
        const condition = { kind: "create" };
        await lake.put("race/" + round, new Uint8Array(10), { condition }).then(() => won++, () => {});
      }
      await lake.close();
      console.log(won);
    `;
    const script = `${root}/racer.ts`;
    await Deno.writeTextFile(script, racer);
    const config = new URL("../deno.json", import.meta.url).pathname;
    const ends = await Promise.all(
      Array.from({ length: 3 }, () =>
        new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", "--no-prompt", "--config", config, script, url],
        }).output()),
    );
    const wins = ends.map((end) => Number(new TextDecoder().decode(end.stdout)));
    assertEquals(wins.reduce((sum, won) => sum + won, 0), 40, `wins ${wins}`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("openLake(file:): put() that is aborted while it waits for the lock leaves no file", async () => {
  const root = await Deno.makeTempDir();
  const lake = await openLake(pathToFileURL(root).href, OPTIONS);
  try {
    await lake.put("f", bytes("one"), { condition: { kind: "always" } });
    using lock = await Deno.open(`${root}/_work/tmp/lock`, { write: true });
    await lock.lock(true);
    const reason = new Error("stop now");
    const controller = new AbortController();
    const waiting = lake.put("f", bytes("two"), {
      condition: { kind: "always" },
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(reason), 50);
    assertEquals(await assertRejects(() => waiting), reason);
    lock.unlockSync();
    await lake.put("f", bytes("three"), { condition: { kind: "always" } });
    assertEquals((await lake.get("f"))?.bytes, bytes("three"));
    assertEquals([...Deno.readDirSync(`${root}/_work/tmp`)].map((entry) => entry.name), ["lock"]);
  } finally {
    await lake.close();
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("openLake(file:): probe() sweeps what dead writers left, but nothing young", async () => {
  const root = await Deno.makeTempDir();
  const lake = await openLake(pathToFileURL(root).href, OPTIONS);
  try {
    await Deno.mkdir(`${root}/_work/tmp`, { recursive: true });
    await Deno.writeTextFile(`${root}/_work/tmp/old`, "x");
    await Deno.writeTextFile(`${root}/_work/tmp/young`, "x");
    const longAgo = new Date(Date.now() - LIMITS.orphanPartMs - 60_000);
    await Deno.utime(`${root}/_work/tmp/old`, longAgo, longAgo);
    await lake.probe();
    const left = [...Deno.readDirSync(`${root}/_work/tmp`)].map((entry) => entry.name).sort();
    assertEquals(left, ["lock", "young"]);
    for await (const page of lake.list("")) assertEquals(page, []);
  } finally {
    await lake.close();
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("openLake(file:): probe() of a place that cannot be written to names it", async () => {
  const root = await Deno.makeTempDir();
  const lake = await openLake(pathToFileURL(`${root}/file/lake`).href, OPTIONS);
  try {
    await Deno.writeTextFile(`${root}/file`, "in the way");
    const error = await assertRejects(() => lake.probe(), TrailsieveError, "Cannot write file:///");
    assert(error.hint !== undefined);
  } finally {
    await lake.close();
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("openLake() refuses what is no address", async () => {
  for (const url of ["http://x/", "/abs/path", "s3:/x", "s3://", "s3://A_B/", "file://host/x"]) {
    const error = await assertRejects(() => openLake(url, OPTIONS), TrailsieveError);
    assertEquals(error.code, "usage");
  }
});
