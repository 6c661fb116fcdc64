import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { randomOf, withSeed } from "../tests/support/random.ts";
import { documentedCall, type GunzipCall, openGunzip } from "./gunzip_context.ts";

const ROOM = 4096;

/** What a call did: the bytes, null, or the error's code and message. */
function outcomeOf(call: GunzipCall, compressed: Uint8Array): unknown {
  const out = new Uint8Array(ROOM);
  try {
    const length = call(compressed, out);
    return length === null ? null : Buffer.from(out.subarray(0, length)).toString();
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
}

Deno.test("openGunzip() does what gunzipSync() does, also after files that are damaged", () =>
  withSeed((seed) => {
    const random = randomOf(seed);
    const pick = (count: number) => Math.floor(random() * count);
    const gunzip = openGunzip();
    const [a, b] = [gzipSync("hello ".repeat(100)), gzipSync("world ".repeat(50))];
    const files: Uint8Array[] = [
      a,
      new Uint8Array(),
      gzipSync(""),
      Buffer.concat([a, b]),
      Buffer.concat([a, Buffer.alloc(10)]),
      Buffer.concat([a, Buffer.alloc(3), b]),
      Buffer.concat([a, Buffer.from("garbage")]),
      Buffer.concat([a, Buffer.from([0x1f])]),
      Buffer.concat([a, b.subarray(0, 12)]),
      Buffer.from("no gzip at all"),
      gzipSync(Buffer.alloc(ROOM - 1, "x")),
      gzipSync(Buffer.alloc(ROOM, "x")),
      gzipSync(Buffer.alloc(ROOM * 3, "x")),
    ];
    for (let i = 0; i < 500; i++) {
      const file = Buffer.from(Buffer.concat([a, b].slice(pick(2))));
      if (pick(2) === 0) file[pick(file.length)] ^= 1 << pick(8);
      files.push(file.subarray(0, pick(3) === 0 ? pick(file.length) : file.length));
    }
    for (const file of files) {
      const wanted = outcomeOf(documentedCall, file);
      assertEquals(outcomeOf(gunzip, file), wanted, Buffer.from(file).toString("hex"));
    }
    return Promise.resolve();
  }));
