import type { Prng } from "./prng.ts";

/**
 * An event is written by copying a prepared text and filling its holes. Holes have a fixed width, so a
 * template is one block of bytes and a list of offsets, and writing an event costs one copy and a few
 * stores. A hole is marked by a placeholder of just its width.
 */
export const HOLES = {
  /** The event's instant, `YYYY-MM-DDTHH:MM:SSZ`. */
  time: "~time~~~~~~~~~~~~~~~",
  /** The start of the caller's session, in the same form. */
  sessionTime: "~begun~~~~~~~~~~~~~~",
  /** A fresh UUID at each place. */
  uuid: "~uuid~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
  /** The variable part of the session's access key id. */
  sessionKey: "~session~~~~~~~~",
  /** 17 fresh hexadecimal digits, the first 0 as in every `i-0…`. */
  hex: "~hex~~~~~~~~~~~~~",
  /** 16 fresh upper-case letters and digits, as in request ids of S3. */
  token: "~token~~~~~~~~~~",
  /** Session token and expiry of temporary credentials; see `credentials()`. */
  credentials: "~credentials~".padEnd(161, "~"),
  /** Four and nineteen fresh digits, the first not zero; the latter lies beyond 2^53. */
  digits4: "~4~~",
  digits19: "~digits19~~~~~~~~~~",
  /** Five fresh digits, and the same five once more in the same event. */
  serial: "~5~~~",
  serialAgain: "~5=~~",
} as const;
type HoleName = keyof typeof HOLES;
const HOLE_NAMES = Object.keys(HOLES) as HoleName[];
/** A value whose text stands in the JSON as it is, e.g. `raw("0.0")`, which no JavaScript number keeps. */
export function raw(text: string): string {
  return `~raw:${text}:raw~`;
}

/** The members `sessionToken` and `expiration`, whose widths vary but not their sum. */
export function credentials(): { readonly sessionToken: string } {
  return { sessionToken: HOLES.credentials };
}

/** An event's text as bytes, with the places that differ from copy to copy. */
export interface Template {
  readonly bytes: Uint8Array;
  /** Pairs: index into the names of holes, offset in bytes. */
  readonly holes: Int32Array;
}

/** Makes a template of a record that holds placeholders. All text in it must be ASCII. */
export function compileTemplate(record: object): Template {
  const written = JSON.stringify(record);
  const text = written.includes("~raw:") ? written.replace(/"~raw:(.*?):raw~"/g, "$1") : written;
  const holes: number[] = [];
  let at = text.indexOf("~");
  while (at !== -1) {
    const hole = HOLE_NAMES.findIndex((name) => text.startsWith(HOLES[name], at));
    if (hole === -1) {
      throw new Error(`Cannot compile a template: unknown placeholder at ${at}: ${text}`);
    }
    holes.push(hole, at);
    at = text.indexOf("~", at + HOLES[HOLE_NAMES[hole]].length);
  }
  const bytes = new Uint8Array(text.length);
  // A character beyond ASCII would be cut off here, so that no offset could be right.
  if (new TextEncoder().encodeInto(text, bytes).read !== text.length) {
    throw new Error(`Cannot compile a template: it is not ASCII: ${text}`);
  }
  return { bytes, holes: Int32Array.from(holes) };
}

/** What the holes of one burst of events are filled with. */
export interface Session {
  /** `YYYY-MM-DDTHH:MM:SSZ`. */
  readonly startedText: string;
  /** 16 characters. */
  readonly key: string;
}

/** A session that starts at the instant, in ms since the epoch. */
export function makeSession(startedAt: number, key: string): Session {
  return { startedText: new Date(startedAt).toISOString().slice(0, 19) + "Z", key };
}

const HEX_CODES = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
const BASE32_CODES = Uint8Array.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  (letter) => letter.charCodeAt(0),
);
const TOKEN_CODES = Uint8Array.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  (letter) => letter.charCodeAt(0),
);
const ZERO = 48;

/** Writes an event at `offset` of `out`, which must have room for it. @returns the offset behind it */
export function writeEvent(
  out: Uint8Array,
  offset: number,
  template: Template,
  event: { readonly at: number; readonly session: Session; readonly prng: Prng },
): number {
  out.set(template.bytes, offset);
  const { holes } = template;
  let serialPlace = offset;
  for (let index = 0; index < holes.length; index += 2) {
    const place = offset + holes[index + 1];
    switch (HOLE_NAMES[holes[index]]) {
      case "time":
        writeInstant(out, place, event.at);
        break;
      case "sessionTime":
        writeAscii(out, place, event.session.startedText);
        break;
      case "uuid":
        writeUuid(out, place, event.prng);
        break;
      case "sessionKey":
        writeAscii(out, place, event.session.key);
        break;
      case "hex":
        writeDrawn(out, place, 17, HEX_CODES, 4, event.prng);
        out[place] = ZERO;
        break;
      case "token":
        writeDrawn(out, place, 16, BASE32_CODES, 5, event.prng);
        break;
      case "credentials":
        writeCredentials(out, place, event);
        break;
      case "digits4":
        writeDigits(out, place, 4, event.prng);
        break;
      case "serial":
        writeDigits(out, place, 5, event.prng);
        serialPlace = place;
        break;
      case "serialAgain":
        out.copyWithin(place, serialPlace, serialPlace + 5);
        break;
      case "digits19":
        writeDigits(out, place, 19, event.prng);
        break;
    }
  }
  return offset + template.bytes.length;
}

function writeAscii(out: Uint8Array, place: number, text: string): void {
  for (let index = 0; index < text.length; index++) out[place + index] = text.charCodeAt(index);
}

/** Characters drawn from an alphabet of 2^bits. */
function writeDrawn(
  out: Uint8Array,
  place: number,
  length: number,
  alphabet: Uint8Array,
  bits: number,
  prng: Prng,
): void {
  const perDraw = Math.floor(32 / bits);
  let drawn = 0;
  for (let index = 0; index < length; index++) {
    if (index % perDraw === 0) drawn = prng.next32();
    out[place + index] = alphabet[drawn & ((1 << bits) - 1)];
    drawn >>>= bits;
  }
}

function writeDigits(out: Uint8Array, place: number, length: number, prng: Prng): void {
  // At most 8, so that nineteen digits stay within a signed integer of 64 bits.
  out[place] = ZERO + 1 + prng.below(8);
  for (let index = 1; index < length; index++) out[place + index] = ZERO + prng.below(10);
}

/** Where the sixteen bytes of a UUID begin in its text. */
const UUID_PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const UUID_DASHES = [8, 13, 18, 23];
const DASH = 45;

function writeUuid(out: Uint8Array, place: number, prng: Prng): void {
  let drawn = 0;
  for (let byte = 0; byte < 16; byte++) {
    if (byte % 4 === 0) drawn = prng.next32();
    const at = place + UUID_PLACES[byte];
    out[at] = HEX_CODES[drawn & 15];
    out[at + 1] = HEX_CODES[(drawn >>> 4) & 15];
    drawn >>>= 8;
  }
  for (const dash of UUID_DASHES) out[place + dash] = DASH;
  // Version 4, and the variant of RFC 9562 in the top bits of the ninth byte.
  out[place + 14] = ZERO + 4;
  out[place + 19] = HEX_CODES[8 + (out[place + 19] & 3)];
}

let instantHour = -1;
let instantHourText = "";

function writeInstant(out: Uint8Array, place: number, at: number): void {
  const hour = Math.floor(at / 3_600_000);
  if (hour !== instantHour) {
    instantHour = hour;
    instantHourText = new Date(at).toISOString().slice(0, 14);
  }
  writeAscii(out, place, instantHourText);
  const seconds = Math.floor(at / 1000) - hour * 3600;
  const minute = Math.floor(seconds / 60);
  const second = seconds - minute * 60;
  out[place + 14] = ZERO + Math.floor(minute / 10);
  out[place + 15] = ZERO + (minute % 10);
  out[place + 16] = 58;
  out[place + 17] = ZERO + Math.floor(second / 10);
  out[place + 18] = ZERO + (second % 10);
  out[place + 19] = 90;
}

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

/** STS writes an expiry as `Mar 2, 2026, 9:05:07 AM`; the token before it takes up the slack. */
function writeCredentials(
  out: Uint8Array,
  place: number,
  event: { readonly at: number; readonly prng: Prng },
): void {
  const expiry = new Date(event.at + 3_600_000);
  const hours = expiry.getUTCHours();
  const month = MONTHS.slice(expiry.getUTCMonth() * 3, expiry.getUTCMonth() * 3 + 3);
  const text = `","expiration":"${month} ${expiry.getUTCDate()}, ${expiry.getUTCFullYear()}, ` +
    `${hours % 12 || 12}${expiry.toISOString().slice(13, 19)} ${hours < 12 ? "AM" : "PM"}`;
  const start = "IQoJb3JpZ2luX2VjE";
  writeAscii(out, place, start);
  const tokenEnd = place + HOLES.credentials.length - text.length;
  const drawnStart = place + start.length;
  writeDrawn(out, drawnStart, tokenEnd - drawnStart, TOKEN_CODES, 6, event.prng);
  writeAscii(out, tokenEnd, text);
}
