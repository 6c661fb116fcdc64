import { LIMITS } from "./limits.ts";

/** How long a service has failed without a success in between. It may come back; not for ever. */
export class Outage {
  readonly #msMax: number;
  #since: number | null = null;

  /** @param msMax how long it is waited for, ms */
  constructor(msMax: number = LIMITS.outageMs) {
    this.#msMax = msMax;
  }

  /** For how long it has lasted, ms; null while there is none. */
  get ms(): number | null {
    return this.#since === null ? null : performance.now() - this.#since;
  }

  /** Notes a success: the next failure is a first one again. */
  end(): void {
    this.#since = null;
  }

  /** Notes a failure. @returns whether it has lasted for too long to be waited for */
  isTooLong(): boolean {
    const now = performance.now();
    this.#since ??= now;
    return now - this.#since >= this.#msMax;
  }
}
