import type { S3Request } from "./_s3_request.ts";
import { queryValue } from "./_s3_request.ts";
import type { Fault, FaultAction, FaultRule, Faults } from "./types.ts";

interface ActiveFault {
  readonly rule: FaultRule;
  hits: number;
}

/** The faults that are in force; random choices repeat with the seed. */
export class ActiveFaults implements Faults {
  readonly #random: () => number;
  #active: ActiveFault[] = [];

  constructor(seed: number) {
    this.#random = mulberry32(seed);
  }

  add(rule: FaultRule): Fault {
    const active: ActiveFault = { rule, hits: 0 };
    this.#active.push(active);
    return {
      get hits() {
        return active.hits;
      },
      remove: () => {
        this.#active = this.#active.filter((other) => other !== active);
      },
    };
  }

  clear(): void {
    this.#active = [];
  }

  /** The fault that meets this request, or null. */
  meet(request: S3Request): FaultAction | null {
    for (const active of this.#active) {
      const { rule } = active;
      if (active.hits >= (rule.count ?? Infinity) || !fits(rule, request)) continue;
      if (rule.probability !== undefined && this.#random() >= rule.probability) continue;
      active.hits++;
      return rule.action;
    }
    return null;
  }
}

function fits(rule: FaultRule, request: S3Request): boolean {
  if (rule.operation !== undefined && ![rule.operation].flat().includes(request.operation)) {
    return false;
  }
  if (rule.key === undefined) return true;
  const key = request.operation === "ListObjectsV2"
    ? queryValue(request, "prefix") ?? ""
    : request.key;
  return typeof rule.key === "string" ? key.startsWith(rule.key) : rule.key(key);
}

/** Tommy Ettinger's mulberry32: small, fast, good enough to choose requests. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
