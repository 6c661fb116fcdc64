import { TrailsieveError } from "../core/errors.ts";
import type { Database } from "./database.ts";
import type { LakeBinding } from "./types.ts";

/** The row of `settings` that holds the binding as JSON. */
const NAME = "lake";

/** See {@linkcode Store.bindLake}. */
export async function bindLake(
  database: Database,
  lake: LakeBinding,
  { rebind = false }: { readonly rebind?: boolean } = {},
): Promise<void> {
  const value = JSON.stringify({ url: lake.url, format: lake.format, cadence: lake.cadence });
  const bound = await database.transact("bind the lake", async (trx) => {
    await trx.insertInto("settings").values({ name: NAME, value })
      .onConflict((conflict) =>
        rebind ? conflict.column("name").doUpdateSet({ value }) : conflict.doNothing()
      ).execute();
    const row = await trx.selectFrom("settings").select("value").where("name", "=", NAME)
      .executeTakeFirstOrThrow();
    return JSON.parse(row.value) as LakeBinding;
  });
  if (bound.url !== lake.url || bound.format !== lake.format) {
    throw new TrailsieveError(
      "usage",
      `Cannot use the lake ${lake.url} (${lake.format}): this database belongs to ${bound.url} ` +
        `(${bound.format})`,
      {
        hint:
          `Use --lake ${bound.url}, another --database, or --rebind-lake to begin another lake ` +
          "with this database",
      },
    );
  }
  if (bound.cadence !== lake.cadence) {
    throw new TrailsieveError(
      "usage",
      `Cannot write ${lake.cadence} files to ${lake.url}: its files are ${bound.cadence}`,
      { hint: "Use --change-cadence to begin with the new cadence on days without files" },
    );
  }
}
