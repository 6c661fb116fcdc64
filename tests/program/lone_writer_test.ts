/** A store that does not heed conditional writes: one replica alone writes the lake's files. */
import { assert, assertEquals } from "@std/assert";
import { Compactor } from "../../coordinator/compact_hours.ts";
import { RunReport } from "../../coordinator/mod.ts";
import { startS3Emulator } from "../../emulator/mod.ts";
import { openLake } from "../../objects/mod.ts";
import { readTable } from "../../parquet/mod.ts";
import { writeRows } from "../../parquet/testing.ts";
import { openStore, type Store } from "../../store/mod.ts";
import { startTestDatabases } from "../store/_databases.ts";
import { commitOne, rowsOf } from "../store/_samples.ts";

const databases = await startTestDatabases();
Deno.test.afterAll(() => databases.stop());
const [, postgres] = databases.kinds;

const HOUR = Date.UTC(2026, 10, 20, 6);
const FILE = "events/2026/11/20/06/events-2026-11-20T06-00-00.parquet";
const KEYS = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" };

Deno.test({
  name: "Compactor of a lake without conditional writes leaves its files to one replica",
  ignore: !postgres.present,
  async fn() {
    await using s3 = await startS3Emulator({ ...KEYS, buckets: ["lake"] });
    s3.faults.add({ action: { kind: "ignore_conditions" } });
    const env = {
      AWS_ENDPOINT_URL: s3.url,
      AWS_REGION: s3.region,
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    };
    const lake = await openLake("s3://lake/", { env, requests: { list: 0, get: 0, put: 0 } });
    const { conditionalWrites } = await lake.probe();
    assertEquals(conditionalWrites, false);
    const url = await postgres.create();
    const signal = new AbortController().signal;
    const addPart = async (store: Store, id: string) => {
      const path = `_work/parts/${id}.parquet`;
      const rows = writeRows([{ event_time: HOUR, event_id: id }]);
      const etag = await lake.put(path, rows, { condition: { kind: "always" } });
      const hours = [{ hourMs: HOUR, rowStart: 0, rowCount: 1 }];
      await commitOne(store, id, { parts: [{ path, bytes: rows.length, etag, hours }] });
      await rowsOf(store, "update hours set last_part_at = now() - interval '11 minutes'");
    };
    const compactorOf = (store: Store) =>
      new Compactor({ store, lake, format: "parquet", conditionalWrites, report: new RunReport() });
    const ids = async () => {
      const file = s3.get("lake", FILE);
      return file === null ? [] : (await readTable(file, { columns: ["event_id"] })).values[0];
    };
    try {
      await using second = await openStore({ url });
      using heir = compactorOf(second);
      {
        await using first = await openStore({ url });
        using writer = compactorOf(first);
        await addPart(first, "a");
        assert(await writer.compactDue({ all: true, signal }));
        assertEquals(await ids(), ["a"]);
        await addPart(first, "b");
        assert(await heir.compactDue({ all: false, signal }));
        assertEquals(await ids(), ["a"]);
        assertEquals(await second.openHours(), 1);
        assert(await writer.compactDue({ all: false, signal }));
        assertEquals(await ids(), ["a", "b"]);
        await addPart(first, "c");
      }
      // The writer has left: the other one takes over.
      assert(await heir.compactDue({ all: false, signal }));
      assertEquals(await ids(), ["a", "b", "c"]);
    } finally {
      await lake.close();
    }
  },
});
