/** Helpers of this room's tests. */
import { fileEtag } from "../core/file_etag.ts";
import type { ReadGrant } from "../core/types.ts";

/** Everything that an iterable gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Order of the UTF-8 bytes, by the bytes themselves. */
export function byteOrder(a: string, b: string): number {
  const encoder = new TextEncoder();
  const [x, y] = [encoder.encode(a), encoder.encode(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    if (x[i] !== y[i]) return x[i] - y[i];
  }
  return x.length - y.length;
}

/** Reads a grant as an isolate does: the bytes, or what became of the object, or the status. */
export async function readGrant(
  grant: ReadGrant,
): Promise<Uint8Array | "changed" | "gone" | `status ${number}`> {
  if (grant.kind === "file") {
    try {
      if (fileEtag(await Deno.lstat(grant.path)) !== grant.etag) return "changed";
      return await Deno.readFile(grant.path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || (error as { code?: string }).code === "ENOENT") {
        return "gone";
      }
      throw error;
    }
  }
  if (grant.kind === "bytes") return grant.bytes;
  const response = await fetch(grant.url, { headers: grant.headers });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status === 412) return "changed";
  if (response.status === 404) return "gone";
  return response.status === 200 ? bytes : `status ${response.status}`;
}

/** Numbers from 0 to 1 that repeat with the seed (a linear congruential generator). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * A short key of names that try the order: bytes around the slash, both cases, and characters on whose order UTF-8
 * and UTF-16 disagree. Files end in `f` and folders in `d`, so that no name is both.
 */
export function drawKey(random: () => number): string {
  const alphabet = ["-", ".", "0", "A", "a", " ", "+", "%", "é", "\uFB00", "\u{1F600}"];
  const name = () => {
    const length = 1 + Math.floor(random() * 2);
    return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
  };
  const folders = Array.from({ length: Math.floor(random() * 3) }, () => `${name()}d/`);
  return `${folders.join("")}${name()}f`;
}
