import { describeError, type ErrorCode, TrailsieveError } from "../core/errors.ts";
import { logOf } from "../core/log.ts";
import type { CallOptions, LakeStore, PutCondition } from "../objects/mod.ts";
import { Wake } from "./wake.ts";

/** How long to wait before the lake is tried again: at first, and at most. */
const FIRST_DELAY_MS = 1_000;
const DELAY_MS_MAX = 30_000;

/** What a store's own trouble looks like: it refuses, does not answer, is full or gone. */
const TROUBLE: ReadonlySet<ErrorCode> = new Set(
  ["denied", "unreachable", "missing", "throttled", "expired"] satisfies ErrorCode[],
);

const log = logOf("lake");

/** Whether an error says that the lake's store cannot be used now, rather than that a file of it is odd. */
export function isLakeTrouble(error: unknown): error is TrailsieveError {
  // What compaction itself says is missing is a file.
  return error instanceof TrailsieveError && TROUBLE.has(error.code) && error.stage !== "compact";
}

/**
 * Stands before the lake. While it cannot be written a run that follows a trail holds what it has read, and takes
 * nothing more: no object is read twice for it, and no attempt counted. It says so once, tries the lake with
 * growing pauses, and goes on when it is back. A run that ends by itself fails instead.
 */
export class LakeGate {
  readonly #lake: LakeStore;
  readonly #wake = new Wake();
  /** Ends the waiting; null where nothing is waited for. */
  #until: AbortSignal | null = null;
  #isOpen = true;
  /** When the trouble began; null while there is none. */
  #troubledAt: number | null = null;
  /** Attempts at the lake since something was written last. */
  #attempts = 0;
  /** What was said last of reading, and of the lake's files. */
  readonly #told = { reading: "", files: "" };

  constructor(lake: LakeStore) {
    this.#lake = lake;
  }

  /** From now on trouble is waited out, until the signal aborts. */
  waitOutTrouble(until: AbortSignal): void {
    this.#until = until;
  }

  /** Whether the lake could be written when that was last tried. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Waits until the lake can be written, or one of the signals aborts; never rejects. */
  async whenOpen(signal: AbortSignal): Promise<void> {
    while (!this.isOpen && !signal.aborted && !this.#until?.aborted) {
      await this.#wake.wait(DELAY_MS_MAX, signal);
    }
  }

  /**
   * Writes a file as `LakeStore.put` does, again and again while the lake is in trouble.
   * @param options `giveUp` ends the waiting: then it rejects with the trouble
   */
  async put(
    path: string,
    bytes: Uint8Array,
    options: CallOptions & {
      readonly condition: PutCondition;
      readonly giveUp: AbortSignal;
    },
  ): Promise<string> {
    while (true) {
      try {
        const etag = await this.#lake.put(path, bytes, options);
        this.#endTrouble();
        return etag;
      } catch (error) {
        if (!this.#waitsOut(error)) throw error;
        this.#close(error);
        const ends = [options.giveUp, ...options.signal === undefined ? [] : [options.signal]];
        await this.whenOpen(AbortSignal.any(ends));
        options.signal?.throwIfAborted();
        if (!this.isOpen || options.giveUp.aborted) throw error;
      }
    }
  }

  /**
   * Notes that the lake's files could not be written or swept; null that they could. The gate closes if the lake
   * cannot be written at all; what is wrong with some files keeps nobody from reading.
   * @returns whether the error is the lake's own trouble and is waited out
   */
  async noteFiles(error: unknown): Promise<boolean> {
    if (error === null) this.#told.files = "";
    if (!this.#waitsOut(error)) return false;
    try {
      await this.#lake.probe({ signal: this.#until! });
      this.#tell("files", `${describeError(error)}. It is tried again every minute`);
    } catch (cause) {
      if (isLakeTrouble(cause)) this.#close(error);
    }
    return true;
  }

  #waitsOut(error: unknown): error is TrailsieveError {
    return this.#until !== null && !this.#until.aborted && isLakeTrouble(error);
  }

  #close(error: TrailsieveError): void {
    const until = this.#until!;
    this.#tell(
      "reading",
      `${describeError(error)}. Reading pauses until the lake can be written again`,
    );
    this.#troubledAt ??= Date.now();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // Never rejects.
    this.#reopen(until);
  }

  #endTrouble(): void {
    this.#attempts = 0;
    this.#told.reading = "";
    if (this.#troubledAt === null) return;
    const seconds = Math.round((Date.now() - this.#troubledAt) / 1000);
    log.info(`The lake can be written again after ${seconds} s`);
    this.#troubledAt = null;
  }

  /** Says a sentence once, until something else is to be said. */
  #tell(of: "reading" | "files", sentence: string): void {
    if (this.#told[of] === sentence) return;
    this.#told[of] = sentence;
    log.error(sentence);
  }

  async #reopen(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const delayMs = Math.min(DELAY_MS_MAX, FIRST_DELAY_MS * 2 ** this.#attempts++);
      await this.#wake.wait(delayMs, until);
      if (until.aborted) break;
      try {
        await this.#lake.probe({ signal: until });
        this.#isOpen = true;
        break;
      } catch (error) {
        log.debug(`The lake cannot be written yet: ${describeError(error)}`);
      }
    }
    this.#wake.all();
  }
}
