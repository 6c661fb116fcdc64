import { fileURLToPath } from "node:url";
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from "@duckdb/node-api";
import { TrailsieveError } from "../core/errors.ts";
import type { Dataset } from "../core/lake_paths.ts";
import { createProbes, type DatasetAccess, dropProbes, planAccess } from "./access_plan.ts";
import { checkStatement } from "./check_statement.ts";
import { translateError } from "./duckdb_error.ts";
import type { FilePlace } from "./file_place.ts";
import { type LakeFile, lastEndMs } from "./lake_files.ts";
import { registerMemberText } from "./member_text.ts";
import { openLocalPlace } from "./local_place.ts";
import { openS3Place } from "./s3_place.ts";
import { meets } from "./time_ranges.ts";
import { datasetView, escapeGlob, quote, S3_EVENTS_VIEW } from "./views.ts";

/** What a query over a lake needs. */
export interface LakeQuery {
  /** `file:///folder/` or `s3://bucket/prefix/`. */
  readonly lakeUrl: string;
  /** One SELECT. */
  readonly sql: string;
  /** Values by name, that the SQL reads as `getvariable('name')`. */
  readonly variables: ReadonlyMap<string, DuckDBValue>;
  /** The environment; its `AWS_*` count as for every AWS SDK. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** What of the lake stands ready. */
export interface LakeExtent {
  /** End of the last event hour or day that has a file, ms since the epoch; null if there is none. */
  readonly seenUntilMs: number | null;
  /** Files of the datasets that the query reads, and those of them that can hold its rows. */
  readonly filesListed: number;
  readonly filesRead: number;
  /** Bytes that were fetched; 0 for a folder. */
  readonly bytesFetched: number;
}

/** A lake opened for one query: views over its files, and no way to anything else. */
export interface OpenLake extends AsyncDisposable {
  readonly connection: DuckDBConnection;
  readonly extent: LakeExtent;
}

const DATASETS: readonly Dataset[] = ["events", "activity"];

/**
 * Opens what one query needs of a lake: the views `events`, `activity` and `cloudtrail_s3_events_flattened`
 * over the files whose hours the query's filters leave, time zone UTC, everything else out of reach and the
 * configuration locked. An S3 lake's files, of Parquet only the columns in question, come into a temporary
 * folder that is removed at the end.
 * Throws TrailsieveError `usage` for another kind of URL and for wrong SQL, `missing` for a folder that does
 * not exist, `unreachable` or `denied` where the lake cannot be read; rejects with the signal's reason.
 */
export async function openLake(query: LakeQuery): Promise<OpenLake> {
  const { lakeUrl, sql, signal } = query;
  await using stack = new AsyncDisposableStack();
  try {
    const place = stack.use(await openPlace(query));
    const instance = await DuckDBInstance.create(":memory:");
    stack.defer(() => instance.closeSync());
    const connection = await instance.connect();
    stack.defer(() => connection.closeSync());
    const interrupt = () => connection.interrupt();
    signal?.addEventListener("abort", interrupt, { once: true });
    stack.defer(() => signal?.removeEventListener("abort", interrupt));

    registerMemberText(connection);
    await connection.run("SET TimeZone = 'UTC'");
    for (const [name, value] of query.variables) {
      await connection.run(`SET VARIABLE ${quoteName(name)} = $1`, [value]);
    }
    // Both forms, since the views' patterns are compared before they are expanded, and files after.
    const allowed = [place.root, escapeGlob(place.root)].map(quote).join(", ");
    await connection.run(`SET allowed_directories = [${allowed}]`);
    await connection.run("SET enable_external_access = false");
    // One transaction, in which now() stands still between the plan and the query.
    await connection.run("BEGIN TRANSACTION");
    await checkStatement(connection, sql);
    await createProbes(connection);
    await connection.run(S3_EVENTS_VIEW);
    const plan = await planAccess(connection, sql);
    await dropProbes(connection);

    const listed: LakeFile[] = [];
    let filesRead = 0;
    for (const dataset of DATASETS) {
      const access = plan[dataset];
      // Events also tell up to when the lake reaches, and a local listing costs next to nothing.
      const files = access !== null || place.isCheap ? await place.list(dataset, signal) : [];
      if (access !== null || dataset === "events") listed.push(...files);
      const chosen = chooseFiles(files, access);
      filesRead += chosen.length;
      const paths = await place.bring(chosen, access?.columns ?? [], signal);
      await connection.run(datasetView(dataset, paths));
    }
    await connection.run("SET lock_configuration = true");
    const owned = stack.move();
    return {
      connection,
      extent: {
        seenUntilMs: lastEndMs(listed),
        filesListed: listed.length,
        filesRead,
        bytesFetched: place.bytesFetched,
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw translateError(error, lakeUrl);
  }
}

function chooseFiles(
  files: readonly LakeFile[],
  access: DatasetAccess | null,
): readonly LakeFile[] {
  if (access === null) return [];
  return files.filter(({ startMs, endMs }) => meets(access.times, startMs, endMs));
}

async function openPlace({ lakeUrl, env }: LakeQuery): Promise<FilePlace> {
  if (lakeUrl.startsWith("file://")) return openLocalPlace(fileURLToPath(lakeUrl), lakeUrl);
  if (lakeUrl.startsWith("s3://")) return await openS3Place(lakeUrl, env);
  throw new TrailsieveError("usage", `Cannot query ${lakeUrl}: it is not a file: or s3: URL`, {
    hint: "Name the lake with --lake",
  });
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
