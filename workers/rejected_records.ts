import { LIMITS } from "../core/limits.ts";
import type { RejectedReport } from "./protocol.ts";

/** Characters that are still kept of a record once a shard's texts have come to their bound. */
const SHORT_TEXT = 200;

/**
 * The records of a shard that are no events. What is no trail at all may hold millions of them: of an object's those
 * beyond a bound are counted in one report, and of long texts of many only the beginnings are kept.
 */
export class RejectedRecords {
  #reports: RejectedReport[] = [];
  #object = -1;
  /** Reports of that object. */
  #ofObject = 0;
  #chars = 0;

  /** How many reports there are. */
  get length(): number {
    return this.#reports.length;
  }

  /** Notes a record; records come object by object. @param text its text, asked for where it is kept */
  add(record: Pick<RejectedReport, "object" | "index" | "reason">, text: () => string): void {
    if (record.object !== this.#object) {
      this.#object = record.object;
      this.#ofObject = 0;
    }
    if (this.#ofObject > LIMITS.rejectedRecordsMax) {
      const last = this.#reports.pop()!;
      this.#reports.push({ ...last, count: last.count + 1 });
      return;
    }
    this.#ofObject++;
    const whole = text();
    const kept = this.#chars > LIMITS.rejectedTextsMax ? whole.slice(0, SHORT_TEXT) : whole;
    this.#chars += kept.length;
    this.#reports.push({ ...record, text: kept, count: 1 });
  }

  /** Forgets all but the first `length` reports, which end with another object's than the last one's. */
  cut(length: number): void {
    this.#reports.length = length;
    this.#object = -1;
  }

  /** All of them, and begins anew. */
  take(): RejectedReport[] {
    this.#object = -1;
    this.#chars = 0;
    return this.#reports.splice(0);
  }
}
