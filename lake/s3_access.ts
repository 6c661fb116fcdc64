import type { DuckDBConnection } from "@duckdb/node-api";
import { TrailsieveError } from "../core/errors.ts";
import { quote } from "./views.ts";

/**
 * Lets a DuckDB connection read a bucket. S3 needs DuckDB's `httpfs` extension, which is not part of the
 * package: one that is installed is loaded, else DuckDB is asked to install its own signed copy.
 * Throws TrailsieveError `unreachable` where neither works.
 */
export async function connectS3(
  connection: DuckDBConnection,
  lakeUrl: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  try {
    await connection.run("LOAD httpfs").catch(() => connection.run("INSTALL httpfs; LOAD httpfs"));
  } catch (cause) {
    throw new TrailsieveError(
      "unreachable",
      `Cannot query ${lakeUrl}: DuckDB's httpfs extension is not installed and cannot be downloaded`,
      {
        cause,
        hint: "Allow access to extensions.duckdb.org once, or query a local copy " +
          "(aws s3 sync the lake's events/ and activity/, then --lake file:./copy)",
      },
    );
  }
  await connection.run(s3Secret(env));
}

/** The secret under which DuckDB reads S3, from the variables that every AWS SDK knows. */
export function s3Secret(env: Readonly<Record<string, string | undefined>>): string {
  const options = ["TYPE s3"];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== "") options.push(`${name} ${quote(value)}`);
  };
  add("KEY_ID", env.AWS_ACCESS_KEY_ID);
  add("SECRET", env.AWS_SECRET_ACCESS_KEY);
  add("SESSION_TOKEN", env.AWS_SESSION_TOKEN);
  add("REGION", env.AWS_REGION ?? env.AWS_DEFAULT_REGION);
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  if (endpoint !== undefined && endpoint !== "") {
    const { host, protocol } = new URL(endpoint);
    add("ENDPOINT", host);
    options.push("URL_STYLE 'path'", `USE_SSL ${protocol === "https:"}`);
  }
  return `CREATE SECRET lake (${options.join(", ")})`;
}
