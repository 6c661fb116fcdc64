/** Asking a lake in tests. */
import { bindParameters, findNamedQuery, runQuery } from "../../lake/mod.ts";

/** A result's row by column name; instants are ISO 8601. */
export type Answer = Readonly<Record<string, unknown>>;

/** The rows of a query over the lake in a folder. */
export async function ask(folder: string, sql: string): Promise<Answer[]> {
  return await run(folder, sql, new Map());
}

/** The rows of a named query over the lake in a folder. */
export async function askNamed(
  folder: string,
  name: string,
  given: Readonly<Record<string, string>>,
): Promise<Answer[]> {
  const query = (await findNamedQuery(name))!;
  const variables = bindParameters(query, new Map(Object.entries(given)), Date.now());
  return await run(folder, query.sql, variables);
}

async function run(
  folder: string,
  sql: string,
  variables: ReturnType<typeof bindParameters>,
): Promise<Answer[]> {
  let text = "";
  await runQuery({
    lakeUrl: `file://${folder}/`,
    sql,
    variables,
    format: "json",
    env: {},
    width: 80,
    write: (piece) => void (text += piece),
  });
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}
