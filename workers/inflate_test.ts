import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { validUtf8Pieces } from "./inflate.ts";

async function inPieces(bytes: Uint8Array, size: number): Promise<string> {
  const pieces = async function* () {
    for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.slice(at, at + size));
  };
  return Buffer.concat(await Array.fromAsync(validUtf8Pieces(pieces()))).toString("latin1");
}

Deno.test("validUtf8Pieces() gives what decoding the whole gives, wherever pieces end", async () => {
  const seed = Date.now() >>> 0;
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  // Whole characters of each length, and starts, ends and impossible bytes of them.
  const bits = [
    [0x41],
    [0xc3, 0xa9],
    [0xe2, 0x82, 0xac],
    [0xf0, 0x9f, 0x98, 0x80],
    [0xef, 0xbb, 0xbf],
    [0x80],
    [0xc3],
    [0xe2, 0x82],
    [0xf0, 0x9f, 0x98],
    [0xed, 0xa0, 0x80],
    [0xff],
    [0xc0, 0xaf],
    [0xf4, 0x90],
  ];
  for (let round = 0; round < 300; round++) {
    const bytes = Uint8Array.from(
      Array.from({ length: random(12) }, () => bits[random(bits.length)]).flat(),
    );
    const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const expected = Buffer.from(whole).toString("latin1");
    for (const size of [1, 2, 3, 5, 64]) {
      assertEquals(await inPieces(bytes, size), expected, `seed ${seed}, ${bytes}, ${size}`);
    }
  }
});
