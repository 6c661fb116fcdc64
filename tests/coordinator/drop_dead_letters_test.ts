import { assertEquals } from "@std/assert";
import { dropDeadLetters } from "../../coordinator/mod.ts";
import { openStore } from "../../store/mod.ts";
import { alertOf, commitOne } from "../store/_samples.ts";

Deno.test("dropDeadLetters() gives up what waits for a sink when that alone is chosen", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const url = `pglite:${folder}/db`;
    {
      await using store = await openStore({ url });
      await commitOne(store, "a", { alerts: [alertOf("one")], sinks: ["slack"] });
    }
    const { signal } = new AbortController();
    const drop = async (others: { stages?: string[]; sinceMs?: number }) =>
      (await dropDeadLetters(url, { filter: { sink: "slack", ...others } }, signal)).deliveries;
    assertEquals(await drop({ stages: ["deliver"] }), 0);
    assertEquals(await drop({ sinceMs: 0 }), 0);
    assertEquals(await drop({ stages: undefined }), 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
