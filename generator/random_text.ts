import type { Prng } from "./prng.ts";

const HEX = "0123456789abcdef";
/** The alphabet of access key and principal ids. */
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function randomFrom(alphabet: string, prng: Prng, length: number): string {
  let text = "";
  for (let index = 0; index < length; index++) text += alphabet[prng.below(alphabet.length)];
  return text;
}

/** Lower-case hexadecimal digits. */
export function randomHex(prng: Prng, length: number): string {
  return randomFrom(HEX, prng, length);
}

/** Upper-case letters and digits as in `AROA…` and `AKIA…`. */
export function randomBase32(prng: Prng, length: number): string {
  return randomFrom(BASE32, prng, length);
}

/** Letters of both cases and digits, as at the end of a log file's name. */
export function randomAlphanumeric(prng: Prng, length: number): string {
  return randomFrom(ALPHANUMERIC, prng, length);
}

/** Decimal digits that do not start with zero. */
export function randomDigits(prng: Prng, length: number): string {
  return String(prng.between(1, 9)) + randomFrom("0123456789", prng, length - 1);
}

/** A UUID of version 4. */
export function randomUuid(prng: Prng): string {
  const hex = randomHex(prng, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${"89ab"[prng.below(4)]}${
    hex.slice(17, 20)
  }-${hex.slice(20)}`;
}

/** First numbers of public networks, so that one can tell where an address belongs. */
const NETWORKS = {
  home: [81, 86, 90, 93, 109, 146, 151, 212],
  cloud: [3, 13, 18, 34, 52, 54],
  abroad: [45, 91, 103, 177, 185, 193],
} as const;

/** An address of a person at home, of AWS, or of a network that the organization never uses. */
export function randomAddress(prng: Prng, network: keyof typeof NETWORKS): string {
  return `${prng.pick(NETWORKS[network])}.${prng.below(256)}.${prng.below(256)}.${
    prng.between(1, 254)
  }`;
}
