/**
 * A lock between all processes of a machine that use one lake folder, and between the callers of this one.
 * The operating system frees it when its holder dies.
 */
export class FolderLock {
  readonly #path: string;
  #file: Deno.FsFile | undefined;
  /** Resolves when every holder before has let go. */
  #last: Promise<void> = Promise.resolve();

  /** @param path of the lock file, whose folder must exist when the lock is first held */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Waits for the lock; it is let go on disposal. On abort it rejects with the signal's reason at once, and the
   * turn that it had in the queue is passed on.
   */
  async hold(signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    const locked = before.then(() => this.#lock());
    try {
      await raceAbort(locked, signal);
    } catch (error) {
      // An aborted wait still gets its turn some day and must then give it up.
      locked.then(() => this.#file?.unlockSync(), () => {}).finally(() => turn.resolve());
      throw error;
    }
    return {
      [Symbol.dispose]: () => {
        this.#file?.unlockSync();
        turn.resolve();
      },
    };
  }

  /** Waits for the last holder, then closes the file. */
  async close(): Promise<void> {
    await this.#last;
    this.#file?.close();
    this.#file = undefined;
  }

  async #lock(): Promise<void> {
    this.#file ??= await Deno.open(this.#path, { write: true, create: true });
    await this.#file.lock(true);
  }
}

function raceAbort(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
