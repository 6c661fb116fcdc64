import { assert, assertEquals } from "@std/assert";
import { alertLine, joinPieces, packEvent, unpackEvent } from "./event_pieces.ts";

async function lineOf(payload: string, pieces: readonly Uint8Array[]): Promise<string> {
  const alert = { payload, eventPieces: pieces.length };
  const line = alertLine(alert, (place) => Promise.resolve(pieces[place]));
  return new TextDecoder().decode(await joinPieces(line));
}

Deno.test("alertLine() takes a whole payload as it is", async () => {
  assertEquals(await lineOf('{"alert_id":"é"}', []), '{"alert_id":"é"}\n');
});

Deno.test("packEvent() cuts a long event into small pieces, and alertLine() puts it behind the rest", async () => {
  const event = JSON.stringify({ text: "é😀 ".repeat(400_000) });
  const pieces = packEvent([event]);
  assertEquals(pieces.length, Math.ceil(new TextEncoder().encode(event).length / 1024 / 1024));
  assert(pieces.reduce((sum, { length }) => sum + length, 0) < event.length / 10);
  for (const piece of pieces) {
    assert(unpackEvent(piece).length <= 1024 * 1024);
    assertEquals(piece.buffer.byteLength, piece.length);
  }
  assertEquals(await lineOf('{"alert_id":"é"}', pieces), `{"alert_id":"é","event":${event}}\n`);
});

Deno.test("packEvent() takes text and bytes in pieces, also where a piece ends within a character", async () => {
  const bytes = new TextEncoder().encode("é😀".repeat(30_000));
  const pieces = function* () {
    yield '{"text":"';
    // As a scanner does, the same memory is used again for each piece.
    const window = new Uint8Array(7);
    for (let at = 0; at < bytes.length; at += 7) {
      const piece = bytes.subarray(at, at + 7);
      window.set(piece);
      yield window.subarray(0, piece.length);
    }
    yield '"}';
  };
  const event = `{"text":"${new TextDecoder().decode(bytes)}"}`;
  assertEquals(await lineOf('{"a":1}', packEvent(pieces())), `{"a":1,"event":${event}}\n`);
});
