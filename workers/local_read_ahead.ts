import { close, open, read } from "node:fs";
import type { ShardObject } from "./protocol.ts";
import { LOCAL_FILE_FLAGS } from "./read_local.ts";

/** A read that takes longer than this, and for each byte, waited for a disk: memory gives 1 MB in 0.2 ms. */
const SLOW_READ_MS = 0.5;
const SLOW_BYTES_PER_MS = 1024 * 1024;
/** Of the last ten reads or so, the slow ones from which others are read ahead: one may have waited for a processor. */
const SLOW_READS = 3;
const KEPT_SHARE = 0.9;
/** Files that are read ahead at the same time, and bytes of one of them: within a larger one the system reads ahead. */
export const FILES_AHEAD_MAX = 32;
const FILE_BYTES_MAX = 1024 * 1024;

/**
 * Keeps the system's cache ahead of a shard whose files lie on a disk. An isolate reads them one by one and waits for
 * each, which costs nothing while they are in memory. Where several were slow, those that come next are read by other
 * threads too, and what is read is dropped: the isolate finds them in memory then.
 */
export class LocalReadAhead {
  readonly #objects: readonly ShardObject[];
  readonly #warm: (path: string, size: number) => Promise<void>;
  /** Slow reads, each of which counts for less with every read behind it. */
  #slowReads = 0;
  #isOn = false;
  #next = 0;
  #underWay = 0;

  /** @param warm reads a file and drops what it holds; never rejects */
  constructor(objects: readonly ShardObject[], warm = warmFile) {
    this.#objects = objects;
    this.#warm = warm;
  }

  /** Whether files are read ahead: who reads them must let the event loop turn now and then. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Told how long an object's read took, by its place in the shard. */
  note(index: number, durationMs: number): void {
    const { grant, size } = this.#objects[index];
    if (grant.kind !== "file") return;
    const isSlow = durationMs > SLOW_READ_MS + size / SLOW_BYTES_PER_MS;
    this.#slowReads = this.#slowReads * KEPT_SHARE + (isSlow ? 1 : 0);
    this.#isOn ||= this.#slowReads >= SLOW_READS;
    if (!this.#isOn) return;
    this.#next = Math.max(this.#next, index + 1);
    while (this.#underWay < FILES_AHEAD_MAX && this.#next < this.#objects.length) {
      const { grant, size } = this.#objects[this.#next++];
      if (grant.kind !== "file" || size > FILE_BYTES_MAX) continue;
      this.#underWay++;
      this.#warm(grant.path, size).then(() => this.#underWay--);
    }
  }
}

/** Reads a file. What fails here is found out when it is read for good. */
function warmFile(path: string, size: number): Promise<void> {
  return new Promise((resolve) => {
    open(path, LOCAL_FILE_FLAGS, (failure, file) => {
      if (failure !== null) return resolve();
      read(file, new Uint8Array(size), 0, size, 0, () => close(file, () => resolve()));
    });
  });
}
