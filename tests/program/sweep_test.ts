import { assertEquals } from "@std/assert";
import { LIMITS } from "../../core/limits.ts";
import { sweepParts } from "../../coordinator/sweep_parts.ts";
import { openLake } from "../../objects/mod.ts";
import { openStore } from "../../store/mod.ts";
import { commitOne, partOf } from "../store/_samples.ts";

Deno.test("sweepParts() removes old parts that no row names, and no others", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using store = await openStore({ url: "pglite:memory" });
    const lake = await openLake(`file://${folder}/`, {
      env: {},
      requests: { list: 0, get: 0, put: 0 },
    });
    const signal = new AbortController().signal;
    for (const name of ["named", "orphan"]) {
      await lake.put(`_work/parts/${name}.parquet`, new Uint8Array(4), {
        condition: { kind: "create" },
      });
    }
    await commitOne(store, "a", { parts: [partOf("named", [0])] });
    assertEquals(await sweepParts(store, lake, { signal }), 0);
    const now = Date.now() + LIMITS.orphanPartMs + 60_000;
    assertEquals(await sweepParts(store, lake, { signal, now }), 1);
    assertEquals([...Deno.readDirSync(`${folder}/_work/parts`)].map(({ name }) => name), [
      "named.parquet",
    ]);
    await lake.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
