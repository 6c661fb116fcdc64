import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { compactJson } from "../core/json_text.ts";
import { compactPieces } from "./compact_pieces.ts";

function compacted(text: string): string {
  const pieces = Array.from(compactPieces(Buffer.from(text)), (piece) => {
    assert(piece.length > 0 && piece.length <= 1024 * 1024);
    return Buffer.from(piece);
  });
  return Buffer.concat(pieces).toString();
}

Deno.test("compactPieces() drops white space outside strings alone, as compactJson() does", () => {
  for (
    const text of [
      ' { "a" : [ 1 , 2.0 ,\n\t"b c\\" d\\\\" ] , "\\u0020 é😀 " : null } ',
      '{"a":1}',
      '" "',
      " 1 ",
      `{"quote": "\\"", "back": "\\\\" , "x" : " y " }`,
    ]
  ) assertEquals(compacted(text), compactJson(text), text);
});

Deno.test("compactPieces() keeps what lies across its pieces, escapes too", () => {
  // An odd prefix puts every second escape across the border of a piece.
  for (const prefix of ["", "x"]) {
    const text = `{ "${prefix}${'\\" '.repeat(900_000)}" : "é" }`;
    assertEquals(compacted(text) === compactJson(text), true);
  }
});
