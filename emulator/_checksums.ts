import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { S3Error } from "./_errors.ts";

/** Checksums of S3 by the end of their header `x-amz-checksum-…`; each gives bytes, sent as base64. */
const ALGORITHMS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  crc32: (bytes) => bigEndian(BigInt(crc32(bytes)), 4),
  crc32c: (bytes) => bigEndian(reflectedCrc(bytes, 32n, 0x82f63b78n), 4),
  crc64nvme: (bytes) => bigEndian(reflectedCrc(bytes, 64n, 0x9a6c9329ac4bc9b5n), 8),
  sha1: (bytes) => createHash("sha1").update(bytes).digest(),
  sha256: (bytes) => createHash("sha256").update(bytes).digest(),
};

/** The checksum headers of an upload that S3 gives back with the object. */
export const CHECKSUM_HEADERS = Object.keys(ALGORITHMS).map((name) => `x-amz-checksum-${name}`);

/**
 * Compares every checksum that came with a body with the body itself. Throws S3Error `BadDigest`.
 * @param headers of the request, trailers included
 */
export function checkChecksums(bytes: Uint8Array, headers: Headers): void {
  const md5 = headers.get("content-md5");
  if (md5 !== null && createHash("md5").update(bytes).digest("base64") !== md5) {
    throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received");
  }
  for (const [name, digest] of Object.entries(ALGORITHMS)) {
    const given = headers.get(`x-amz-checksum-${name}`);
    if (given === null) continue;
    if (btoa(String.fromCharCode(...digest(bytes))) !== given) {
      throw new S3Error(
        "BadDigest",
        `The ${name.toUpperCase()} you specified did not match the calculated checksum`,
      );
    }
  }
}

/** A CRC with reflected input and output and all bits set before and after. */
function reflectedCrc(bytes: Uint8Array, width: bigint, polynomial: bigint): bigint {
  const mask = (1n << width) - 1n;
  const table = Array.from({ length: 256 }, (_, i) => {
    let value = BigInt(i);
    for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (value & 1n ? polynomial : 0n);
    return value;
  });
  let crc = mask;
  for (const byte of bytes) crc = (crc >> 8n) ^ table[Number(crc & 0xffn) ^ byte];
  return crc ^ mask;
}

function bigEndian(value: bigint, length: number): Uint8Array {
  return Uint8Array.from(
    { length },
    (_, i) => Number((value >> BigInt(8 * (length - 1 - i))) & 0xffn),
  );
}
