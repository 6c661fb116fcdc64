/**
 * Alerts of a shard on their way to its commit. Where a rule matches most events their payloads, which hold the events,
 * come to as much as the shard's logs; alike as they are, they take a tenth when compressed together.
 */
import { Buffer } from "node:buffer";
import { zstdDecompressSync } from "node:zlib";
import { relieveMemory } from "./collect_garbage.ts";
import type { Alert } from "./types.ts";
import { zstdFrame } from "./zstd_frame.ts";

/** UTF-16 units of payloads, and alerts, that wait to be compressed; as much is a statement's worth. */
const PACK_CHARS = 1024 * 1024;
const PACK_ALERTS = 1000;

const LEVEL = 1;

/** Some alerts: their payloads as lines, in one zstd frame (RFC 8878). */
export interface AlertPack {
  readonly alerts: readonly Omit<Alert, "payload">[];
  readonly payloads: Uint8Array<ArrayBuffer>;
}

/** Gathers alerts and packs them as they come. */
export class AlertPacker {
  readonly #packs: AlertPack[] = [];
  #packed = 0;
  #loose: Alert[] = [];
  #looseChars = 0;

  /** How many alerts there are. */
  get length(): number {
    return this.#packed + this.#loose.length;
  }

  add(alert: Alert): void {
    this.#loose.push(alert);
    this.#looseChars += alert.payload.length;
    if (this.#looseChars >= PACK_CHARS || this.#loose.length === PACK_ALERTS) this.#pack();
  }

  /** Forgets all but the first `length` alerts. */
  cut(length: number): void {
    while (this.#packed > length) {
      const pack = this.#packs.pop()!;
      this.#packed -= pack.alerts.length;
      const kept = length - this.#packed;
      if (kept > 0) {
        // What follows is packed behind what is left; its payloads go unread.
        this.#packs.push({ ...pack, alerts: pack.alerts.slice(0, kept) });
        this.#packed = length;
      }
      this.#loose = [];
    }
    this.#loose.length = length - this.#packed;
    this.#looseChars = this.#loose.reduce((chars, { payload }) => chars + payload.length, 0);
  }

  /** All of them, and begins anew. */
  take(): AlertPack[] {
    if (this.#loose.length > 0) this.#pack();
    this.#packed = 0;
    return this.#packs.splice(0);
  }

  #pack(): void {
    const lines = this.#loose.map(({ payload }) => payload).join("\n");
    this.#packs.push({
      alerts: this.#loose.map(({ payload: _, ...alert }) => alert),
      payloads: zstdFrame(Buffer.from(lines), LEVEL),
    });
    this.#packed += this.#loose.length;
    this.#loose = [];
    this.#looseChars = 0;
    relieveMemory();
  }
}

/** The alerts of packs, in the order in which they came; one pack is unpacked at a time, at each walk anew. */
export function unpackAlerts(packs: readonly AlertPack[]): Iterable<Alert> {
  return {
    *[Symbol.iterator]() {
      for (const { alerts, payloads } of packs) {
        const lines = zstdDecompressSync(payloads).toString().split("\n");
        for (let i = 0; i < alerts.length; i++) yield { ...alerts[i], payload: lines[i] };
      }
    },
  };
}
