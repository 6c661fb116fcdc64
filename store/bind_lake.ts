import { sql } from "kysely";
import { TrailsieveError } from "../core/errors.ts";
import { parseLakeFilePath } from "../core/lake_paths.ts";
import type { Database, Trx } from "./database.ts";
import { insertLakeFiles } from "./lake_file_rows.ts";
import type { BindOptions, LakeBinding, LakeFile } from "./lake_types.ts";
import { isAlive } from "./replica.ts";

/** The row of `settings` that holds the binding as JSON. */
const NAME = "lake";

/** The lake that the database belongs to, locked until the transaction ends; null before the first binding. */
export async function lockBinding(trx: Trx): Promise<LakeBinding | null> {
  const row = await trx.selectFrom("settings").select("value").where("name", "=", NAME).forUpdate()
    .executeTakeFirst();
  return row === undefined ? null : JSON.parse(row.value);
}

/** See {@linkcode Store.bindLake}. */
export async function bindLake(
  database: Database,
  replicaId: string,
  lake: LakeBinding,
  options: BindOptions = {},
): Promise<{ readonly isNew: boolean }> {
  const { url, format, cadence } = lake;
  const value = JSON.stringify({ url, format, cadence });
  return await database.transact("bind the lake", async (trx) => {
    const inserted = await trx.insertInto("settings").values({ name: NAME, value })
      .onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
    let isNew = inserted.numInsertedOrUpdatedRows === 1n;
    const bound = (await lockBinding(trx))!;
    if (bound.url !== url || bound.format !== format) {
      if (!options.rebind) throw otherLake(lake, bound);
      await refuseOpenWork(trx, replicaId, bound);
      // Another lake has none of the files of the one before.
      await sql`delete from lake_files`.execute(trx);
      await sql`delete from lake_days`.execute(trx);
      await sql`delete from hours`.execute(trx);
      isNew = true;
    } else if (bound.cadence !== cadence && !options.changeCadence) {
      throw otherCadence(lake, bound);
    }
    await trx.updateTable("settings").set({ value }).where("name", "=", NAME).execute();
    if (isNew) await takeOverFiles(trx, options.found ?? []);
    return { isNew };
  });
}

/** See {@linkcode Store.lakeBinding}. */
export async function lakeBinding(database: Database): Promise<LakeBinding | null> {
  const row = await database.query(
    "read the lake's binding",
    (db) => db.selectFrom("settings").select("value").where("name", "=", NAME).executeTakeFirst(),
  );
  return row === undefined ? null : JSON.parse(row.value);
}

/** Names files that the lake had before, so that their hours are merged with them and their days keep their cadence. */
async function takeOverFiles(trx: Trx, files: readonly LakeFile[]): Promise<void> {
  await insertLakeFiles(trx, files);
  const cadenceOf = (path: string) =>
    parseLakeFilePath(path)?.period === "day" ? "daily" : "hourly";
  await sql`
    insert into lake_days (day, cadence)
    select distinct date_trunc('day', to_timestamp(r.hour_ms / 1000), 'UTC'), r.cadence
    from unnest(
      ${files.map((file) => file.hourMs)}::float8[],
      ${files.map((file) => cadenceOf(file.path))}::text[]
    ) as r(hour_ms, cadence)
    on conflict do nothing`.execute(trx);
}

/** What waits to be compacted lies in the lake that would be left, and another replica may add to it. */
async function refuseOpenWork(trx: Trx, replicaId: string, bound: LakeBinding): Promise<void> {
  const { rows: [{ hours, others }] } = await sql<{ hours: number; others: number }>`
    select (select count(*)::int from hours where parts_waiting > 0) as hours,
      (select count(*)::int from replicas r
        where r.id <> ${replicaId}::uuid and ${isAlive("r.id")}) as others`.execute(trx);
  if (others > 0) {
    throw new TrailsieveError(
      "usage",
      `Cannot leave the lake ${bound.url}: ${others} other replicas use this database`,
      { hint: "Stop them, wait ten seconds and start again" },
    );
  }
  if (hours > 0) {
    throw new TrailsieveError(
      "usage",
      `Cannot leave the lake ${bound.url}: the events of ${hours} hours wait there to be compacted`,
      {
        hint: "Run poll --once with that lake first; if it is gone, begin with another --database",
      },
    );
  }
}

function otherLake(lake: LakeBinding, bound: LakeBinding): TrailsieveError {
  return new TrailsieveError(
    "usage",
    `Cannot use the lake ${lake.url} (${lake.format}): this database belongs to ${bound.url} ` +
      `(${bound.format})`,
    {
      hint: `Use --lake ${bound.url} --lake-format ${bound.format}, another --database, or ` +
        "--rebind-lake to begin another lake with this database",
    },
  );
}

function otherCadence(lake: LakeBinding, bound: LakeBinding): TrailsieveError {
  return new TrailsieveError(
    "usage",
    `Cannot write ${lake.cadence} files to ${lake.url}: its files are ${bound.cadence}`,
    {
      hint:
        `Use --lake-cadence ${bound.cadence}, or --change-cadence to begin with ${lake.cadence} ` +
        "files on days without files",
    },
  );
}
