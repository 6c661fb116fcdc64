import { Buffer } from "node:buffer";

/** Memory for what is decoded. */
export interface Room {
  /** So many bytes, whatever they hold. */
  bytes(size: number): Uint8Array<ArrayBuffer>;
  /** So many numbers, each 0. */
  int32(length: number): Int32Array<ArrayBuffer>;
  uint32(length: number): Uint32Array<ArrayBuffer>;
  /** The same bytes, for as long as the room's other ones are good. */
  hold(bytes: Uint8Array): Uint8Array;
}

/** Gives memory that nobody else ever has. */
export const OWN_ROOM: Room = {
  bytes: (size) => new Uint8Array(Buffer.allocUnsafeSlow(size).buffer),
  int32: (length) => new Int32Array(length),
  uint32: (length) => new Uint32Array(length),
  hold: (bytes) => bytes,
};
