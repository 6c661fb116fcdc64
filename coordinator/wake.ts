/** Lets loops sleep until there is something to do. */
export class Wake {
  readonly #sleepers = new Set<() => void>();

  /** Wakes everyone who waits now. */
  all(): void {
    for (const wake of [...this.#sleepers]) wake();
  }

  /** Waits until woken, at most `ms`, or until the signal aborts; never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener("abort", wake, { once: true });
      this.#sleepers.add(wake);
    });
  }
}
