import { fileURLToPath } from "node:url";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { TrailsieveError } from "../core/errors.ts";
import type { Dataset } from "../core/lake_paths.ts";
import { HOUR_MS } from "../core/hours.ts";
import { translateError } from "./duckdb_error.ts";
import { connectS3 } from "./s3_access.ts";
import { datasetGlob, datasetView, escapeGlob, quote, S3_EVENTS_VIEW } from "./views.ts";

/** An opened lake: views over its files, and no way to anything else. */
export interface OpenLake extends Disposable {
  readonly connection: DuckDBConnection;
  /** End of the last event hour that has a file, ms since the epoch; null for an empty lake. */
  readonly seenUntilMs: number | null;
}

/**
 * Opens a lake for reading: the views `events`, `activity` and `cloudtrail_s3_events_flattened`, time zone
 * UTC, every file but the lake's out of reach and the configuration locked.
 * @param env the environment, for S3's access key, region and endpoint
 * Throws TrailsieveError `usage` for another kind of URL, `missing` for a folder that does not exist, and
 * `unreachable` or `denied` where S3 cannot be read.
 */
export async function openLake(
  lakeUrl: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<OpenLake> {
  const isFile = lakeUrl.startsWith("file://");
  if (!isFile && !lakeUrl.startsWith("s3://")) {
    throw new TrailsieveError("usage", `Cannot query ${lakeUrl}: it is not a file: or s3: URL`, {
      hint: "Name the lake with --lake",
    });
  }
  const root = withSlash(isFile ? fileURLToPath(lakeUrl) : lakeUrl);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    await connection.run("SET TimeZone = 'UTC'");
    if (isFile) checkFolder(root, lakeUrl);
    else await connectS3(connection, lakeUrl, env);
    const events = await lastFile(connection, "events", root);
    const activity = await lastFile(connection, "activity", root);
    await connection.run(datasetView("events", root, events !== null));
    await connection.run(datasetView("activity", root, activity !== null));
    await connection.run(S3_EVENTS_VIEW);
    // Both forms, since the views' patterns are compared before they are expanded, and files after.
    const allowed = [root, escapeGlob(root)].map(quote).join(", ");
    await connection.run(`SET allowed_directories = [${allowed}]`);
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
    return { connection, seenUntilMs: hourEnd(events), [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw translateError(error, lakeUrl);
  }
}

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}

function checkFolder(root: string, lakeUrl: string): void {
  try {
    if (Deno.statSync(root).isDirectory) return;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) {
      throw new TrailsieveError("denied", `Cannot query ${lakeUrl}: the folder cannot be read`, {
        cause,
        hint: "Grant this user read access to the folder",
      });
    }
  }
  throw new TrailsieveError("missing", `Cannot query ${lakeUrl}: there is no such folder`, {
    hint: "Run poll, backfill or demo first, or name another folder with --lake",
    advice: "stop",
  });
}

/** The path of a dataset's last file; hours sort by name. Null where there is none. */
async function lastFile(
  connection: DuckDBConnection,
  dataset: Dataset,
  root: string,
): Promise<string | null> {
  const pattern = quote(datasetGlob(dataset, root));
  const reader = await connection.runAndReadAll(`SELECT max(file) FROM glob(${pattern})`);
  return reader.value(0, 0) as string | null;
}

function hourEnd(path: string | null): number | null {
  const match = path?.match(/(\d{4}-\d{2}-\d{2}T\d{2})-00-00(-\d+)?\.parquet$/);
  return match ? Date.parse(`${match[1]}:00:00Z`) + HOUR_MS : null;
}
