import { assert, assertEquals } from "@std/assert";
import { packPayload, payloadLine, payloadText } from "./alert_payload.ts";

Deno.test("payloadText() and payloadLine() take a payload that is not packed as it is", () => {
  const text = '{"alert_id":"é"}';
  assertEquals(payloadText(text), text);
  assertEquals(new TextDecoder().decode(payloadLine(text)), `${text}\n`);
});

Deno.test("packPayload() packs a long payload, and payloadText() gives it back", () => {
  const text = JSON.stringify({ text: "é😀 ".repeat(400_000) });
  const packed = packPayload([text]);
  assert(packed.length < text.length / 10);
  assertEquals(payloadText(packed), text);
  assertEquals(new TextDecoder().decode(payloadLine(packed)), `${text}\n`);
});

Deno.test("packPayload() takes text and bytes in pieces, also where a piece ends within a character", () => {
  const bytes = new TextEncoder().encode("é😀".repeat(300_000));
  const pieces = function* () {
    yield '{"event":"';
    // As a scanner does, the same memory is used again for each piece.
    const window = new Uint8Array(7);
    for (let at = 0; at < bytes.length; at += 7) {
      const piece = bytes.subarray(at, at + 7);
      window.set(piece);
      yield window.subarray(0, piece.length);
    }
    yield '"}';
  };
  const text = `{"event":"${new TextDecoder().decode(bytes)}"}`;
  assertEquals(payloadText(packPayload(pieces())), text);
});
