import { assert, assertEquals } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { existingDataSet, generateDataSets } from "./data_sets.ts";
import { logFiles } from "./log_files.ts";

Deno.test("generateDataSets() writes the same events in files of three sizes, and says how many", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [day, large, tiny] = await generateDataSets(folder, 2000);
    const ids: string[][] = [];
    for (const set of [day, large, tiny]) {
      const found: string[] = [];
      for await (const path of logFiles(set.folder)) {
        const log = JSON.parse(gunzipSync(await Deno.readFile(path)).toString());
        for (const { eventID } of log.Records) found.push(eventID);
      }
      assertEquals(found.length, set.events);
      const { objects, bytes } = await existingDataSet(set.folder);
      assertEquals([objects, bytes], [set.objects, set.bytes]);
      ids.push(found.sort());
    }
    assertEquals(ids[0], ids[1]);
    assertEquals(new Set(ids[0]).size, 2000);
    assertEquals([large.objects, tiny.objects], [1, Math.ceil(tiny.events! / 8)]);
    assert(day.objects > 100 && tiny.events! >= 400);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
