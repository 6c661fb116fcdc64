import { gzipSync } from "node:zlib";
import type { GeneratedObject } from "./types.ts";

/** Compresses an object of the trail. */
export function compress(
  object: Omit<GeneratedObject, "bytes" | "inflatedBytes">,
  inflated: Uint8Array<ArrayBuffer>,
  level: number,
): GeneratedObject {
  const bytes = gzipSync(inflated, { level });
  // The header names the operating system (RFC 1952, 2.3.1); 255, unknown, is the same everywhere.
  bytes[9] = 255;
  return { ...object, bytes, inflatedBytes: inflated.length };
}
