import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBScalarFunction,
  type DuckDBVector,
  VARCHAR,
} from "@duckdb/node-api";
import { findMembers } from "../core/json_text.ts";

/** The name under which SQL calls {@linkcode registerMemberText}'s function. */
export const MEMBER_TEXT = "trailsieve_member_text";

/**
 * Gives SQL a function of a JSON object's text and a member's name: the member's value in the text's own spelling,
 * null where it is absent. DuckDB's own functions write a value anew, and `1.6889E9` becomes another text.
 */
export function registerMemberText(connection: DuckDBConnection): void {
  connection.registerScalarFunction(DuckDBScalarFunction.create({
    name: MEMBER_TEXT,
    parameterTypes: [VARCHAR, VARCHAR],
    returnType: VARCHAR,
    mainFunction: (_info, input, output) => fill(input, output),
  }));
}

function fill(input: DuckDBDataChunk, output: DuckDBVector): void {
  const texts = input.getColumnVector(0);
  const names = input.getColumnVector(1);
  for (let row = 0; row < input.rowCount; row++) {
    const name = names.getItem(row) as string;
    const members = findMembers(texts.getItem(row) as string, [name]);
    output.setItem(row, members.get(name) ?? null);
  }
  output.flush();
}
