import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { nameForeignFiles } from "../../coordinator/name_foreign_files.ts";
import { configureLog, resetLog } from "../../core/log.ts";
import { lakeFilePath } from "../../core/lake_paths.ts";
import { openLake } from "../../objects/mod.ts";
import { openStore } from "../../store/mod.ts";
import { startS3Emulator } from "../../emulator/mod.ts";

Deno.test("nameForeignFiles() names what is not the lake's, first of all what is read with it", async () => {
  const folder = await Deno.makeTempDir();
  const keys = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" };
  await using s3 = await startS3Emulator({ ...keys, buckets: ["lake"] });
  const env = {
    AWS_ENDPOINT_URL: s3.url,
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  await using store = await openStore({ url: "pglite:memory" });
  const signal = new AbortController().signal;
  const lines: string[] = [];
  configureLog({ level: "info", format: "text", colour: false, write: (line) => lines.push(line) });
  try {
    for (const url of [`file://${folder}/`, "s3://lake/a/"]) {
      const lake = await openLake(url, { env, requests: { list: 0, get: 0, put: 0 } });
      const name = {
        dataset: "events",
        format: "parquet",
        period: "hour",
        startMs: 0,
        index: 0,
      } as const;
      const put = (path: string) =>
        lake.put(path, new Uint8Array(1), { condition: { kind: "always" } });
      for (const path of ["_work/parts/x.parquet", lakeFilePath(name)]) await put(path);
      await put(lakeFilePath({ ...name, dataset: "activity", period: "day", index: 2 }));
      lines.length = 0;
      await nameForeignFiles(store, lake, "parquet", signal);
      assertEquals(lines, []);

      for (let i = 0; i < 7; i++) await put(`events/copy-${i}.parquet`);
      await put(lakeFilePath({ ...name, format: "jsonl" }));
      await put("notes/readme.txt");
      if (url.startsWith("s3:")) {
        // A bucket was looked at today.
        await nameForeignFiles(store, lake, "parquet", signal);
        assertEquals(lines, []);
      } else {
        await nameForeignFiles(store, lake, "parquet", signal);
        assertEquals(lines.length, 2);
        assertStringIncludes(lines[0], "warning");
        assertStringIncludes(
          lines[0],
          "events/1970/01/01/00/events-1970-01-01T00-00-00.jsonl.gz, events/copy-0",
        );
        assertStringIncludes(lines[0], "and 3 more. They are left alone");
        assertStringIncludes(lines[1], "notes/readme.txt");
        assert((await lake.get("events/copy-6.parquet")) !== null);
      }
      await lake.close();
    }
  } finally {
    resetLog();
    await Deno.remove(folder, { recursive: true });
  }
});
