import { hash } from "node:crypto";

/**
 * Identity of an object's content version: the first 128 bits of the SHA-256 of scope, key and ETag as a UUID.
 * They are joined by NUL, which none of them can hold.
 */
export function objectId(scope: string, key: string, etag: string): string {
  return hashUuid(`${scope}\0${key}\0${etag}`);
}

/** Identity of the leading part of keys within a scope. */
export function headId(scope: string, head: string): string {
  return hashUuid(`${scope}\0${head}`);
}

/** CloudTrail's names continue with the delivery time and a random word; before these they repeat for a day. */
const DELIVERY_TIME = /_\d{8}T\d{4}Z_/;

/**
 * Cuts a key where objects of one folder begin to differ: before the delivery time of CloudTrail's names,
 * behind the last slash of others. `head + name` is the key.
 */
export function splitKey(key: string): { readonly head: string; readonly name: string } {
  const folderEnd = key.lastIndexOf("/") + 1;
  const time = DELIVERY_TIME.exec(key.slice(folderEnd));
  const at = folderEnd + (time === null ? 0 : time.index + 1);
  return { head: key.slice(0, at), name: key.slice(at) };
}

function hashUuid(text: string): string {
  const hex = hash("sha256", text, "hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${
    hex.slice(20, 32)
  }`;
}
