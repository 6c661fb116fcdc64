import { dirname } from "node:path";
import { describeError, TrailsieveError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { mendTail } from "./jsonl_tail.ts";
import { findAlertIds } from "./jsonl_ids.ts";
import { sleep } from "./sleep.ts";
import type { Delivery, DeliveryResult, Sink } from "./types.ts";

/** How often a lock that another process holds is tried again. */
const LOCK_RETRY_MS = 20;

/**
 * Alerts as lines of a file. What is delivered is fsynced, and no alert id is written twice: appending
 * happens under an operating-system lock that all replicas of one machine share, a call that fails leaves
 * nothing behind, and where an earlier end is not known the file itself is asked. The file is opened anew
 * for each call, so that it may be rotated; ids in rotated files are not looked for.
 */
export class FileSink implements Sink {
  readonly name: string;
  readonly batchMax = LIMITS.deliveryBatchMax;
  readonly #path: string;
  /** An append failed and could not be taken back: the next call trusts nothing but the file. */
  #isUnsure = false;

  /** @param path absolute */
  constructor(path: string) {
    this.name = `file:${path}`;
    this.#path = path;
  }

  /** Creates the file and its folder where they are absent. Throws TrailsieveError `usage` with the reason. */
  async prepare(): Promise<void> {
    try {
      await Deno.mkdir(dirname(this.#path), { recursive: true });
      const isNew = await statOrNull(this.#path) === null;
      using file = await openRegular(this.#path);
      // A file's bytes are durable only in a folder that is.
      if (isNew) await syncFolder(dirname(this.#path));
      await file.sync();
    } catch (error) {
      throw new TrailsieveError(
        "usage",
        `Cannot append alerts to ${this.#path}: ${describeError(error)}`,
        { stage: "deliver", object: this.#path, cause: error },
      );
    }
  }

  /** Stops on abort while it waits for the lock or searches; an append that has begun is finished. */
  async deliver(
    deliveries: readonly Delivery[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly DeliveryResult[]> {
    try {
      using file = await openRegular(this.#path);
      await lock(file, signal);
      await this.#append(file, deliveries, signal);
      return deliveries.map(() => ({ kind: "delivered" }));
    } catch (error) {
      signal.throwIfAborted();
      const reason = `Cannot append alerts to ${this.#path}: ${describeError(error)}`;
      return deliveries.map(() => ({ kind: "later", reason }));
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #append(
    file: Deno.FsFile,
    deliveries: readonly Delivery[],
    signal: AbortSignal,
  ): Promise<void> {
    const size = await mendTail(file);
    const doubtful = deliveries.filter((delivery) => delivery.maybeSent || this.#isUnsure)
      .map((delivery) => delivery.alertId);
    const known = await findAlertIds(file, new Set(doubtful), signal);
    try {
      for (const delivery of deliveries) {
        if (known.has(delivery.alertId)) continue;
        known.add(delivery.alertId);
        for await (const piece of delivery.line()) await writeAll(file, piece);
      }
      // Also where nothing was added: what a crashed process wrote may not have reached the disk.
      await file.sync();
      this.#isUnsure = false;
    } catch (error) {
      this.#isUnsure = true;
      await file.truncate(size);
      await file.sync();
      this.#isUnsure = false;
      throw error;
    }
  }
}

/** Opens for reading and appending, creating it; a pipe or device has no end to mend and no ids to search. */
async function openRegular(path: string): Promise<Deno.FsFile> {
  const stat = await statOrNull(path);
  if (stat !== null && !stat.isFile) throw new Error("it is not a regular file");
  return await Deno.open(path, { read: true, append: true, create: true });
}

async function statOrNull(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  using folder = await Deno.open(path);
  await folder.sync();
}

/** Closing the file, whatever ends it, frees the lock. */
async function lock(file: Deno.FsFile, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + LIMITS.deliveryTimeoutMs;
  while (!await file.tryLock(true)) {
    if (Date.now() >= deadline) throw new Error("another process keeps it locked");
    await sleep(LOCK_RETRY_MS, signal);
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await file.write(bytes.subarray(written));
}
