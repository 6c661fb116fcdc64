import { cpuUsage } from "node:process";

/** What one run of a contestant took. */
export interface Measured {
  readonly events: number;
  /** From the first listing to the last write, without the start of the process. */
  readonly milliseconds: number;
  /** Of the whole process. */
  readonly cpuSeconds: number;
  /** The highest resident set of the process. */
  readonly rssBytes: number;
  /** Bytes before gzip, where the contestant knows. */
  readonly inflatedBytes: number | null;
  /** From the start of the process to the first alert in the sink; null for those that raise none. */
  readonly firstAlertMs: number | null;
}

const SAMPLE_MS = 50;

/** What a contestant takes of the machine, watched until it is disposed of. */
export class UsageWatch implements Disposable {
  #max = Deno.memoryUsage().rss;
  readonly #timer = setInterval(() => this.#look(), SAMPLE_MS);

  /** Prints what a contestant took that is a process of its own, as JSON. */
  print(
    run: Pick<Measured, "events" | "milliseconds"> & { readonly inflatedBytes?: number },
  ): void {
    this.#look();
    const { user, system } = cpuUsage();
    const measured: Measured = {
      inflatedBytes: null,
      ...run,
      cpuSeconds: (user + system) / 1e6,
      rssBytes: this.#max,
      firstAlertMs: null,
    };
    console.log(JSON.stringify(measured));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#max = Math.max(this.#max, Deno.memoryUsage().rss);
  }
}
