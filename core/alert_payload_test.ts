import { assert, assertEquals } from "@std/assert";
import { packPayload, payloadLine, payloadText } from "./alert_payload.ts";

Deno.test("packPayload() leaves a usual payload as it is", () => {
  const text = '{"alert_id":"x"}';
  assertEquals(packPayload(text), text);
  assertEquals(payloadText(text), text);
  assertEquals(new TextDecoder().decode(payloadLine(text)), `${text}\n`);
});

Deno.test("packPayload() packs a long payload, and payloadText() gives it back", () => {
  const text = JSON.stringify({ text: "é😀 ".repeat(200_000) });
  const packed = packPayload(text);
  assert(packed.length < text.length / 10);
  assertEquals(payloadText(packed), text);
  assertEquals(new TextDecoder().decode(payloadLine(packed)), `${text}\n`);
});
