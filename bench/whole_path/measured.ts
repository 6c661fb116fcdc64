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

/** Notes the highest resident set of this process until it is disposed of. */
export class RssWatch implements Disposable {
  #max = Deno.memoryUsage().rss;
  readonly #timer = setInterval(() => this.#look(), SAMPLE_MS);

  get max(): number {
    this.#look();
    return this.#max;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#max = Math.max(this.#max, Deno.memoryUsage().rss);
  }
}
