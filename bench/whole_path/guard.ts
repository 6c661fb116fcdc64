import type { Measured } from "./measured.ts";

/** The ceiling's share of what poll takes: 1 where poll is as fast as gunzip and `JSON.parse` alone. */
export interface Ratios {
  /** By the clock, which also sees waiting. */
  readonly clock: number;
  /** By CPU seconds of the processes, poll's start included, which other load hardly changes. */
  readonly cpu: number;
}

/** A data set that is watched. */
export interface GuardedSet {
  readonly name: string;
  readonly measurePoll: () => Promise<Measured>;
  readonly measureCeiling: () => Promise<Measured>;
  /** Neither ratio may fall below it. */
  readonly floor: Ratios;
}

/** What {@linkcode guardSet} found: the best ratios of its rounds, and whether they reach the floor. */
export interface Verdict {
  readonly best: Ratios;
  readonly isHeld: boolean;
}

/** The first that reaches the floor ends it; the best counts, since other load only ever makes poll slower. */
const ROUNDS_MAX = 3;

/**
 * Measures poll against its ceiling in turns, and up to twice more where a ratio is below the floor: the machine may
 * have been busy with something else. Throws where the two did not read the same events.
 */
export async function guardSet(
  { name, measurePoll, measureCeiling, floor }: GuardedSet,
  onRun: (line: string) => void,
): Promise<Verdict> {
  let best: Ratios = { clock: 0, cpu: 0 };
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    // Poll between two runs of the ceiling, so that load which comes or goes troubles both.
    const runs = [await measureCeiling(), await measurePoll(), await measureCeiling()] as const;
    const ratios = ratiosOf(name, runs);
    onRun(`${name}, round ${round}: ${formatRatios(ratios)}`);
    best = {
      clock: Math.max(best.clock, ratios.clock),
      cpu: Math.max(best.cpu, ratios.cpu),
    };
    if (best.clock >= floor.clock && best.cpu >= floor.cpu) return { best, isHeld: true };
  }
  return { best, isHeld: false };
}

/** Both ratios in words. */
export function formatRatios({ clock, cpu }: Ratios): string {
  return `${clock.toFixed(3)} of the ceiling by the clock, ${cpu.toFixed(3)} by CPU`;
}

function ratiosOf(
  name: string,
  [before, poll, after]: readonly [Measured, Measured, Measured],
): Ratios {
  if (before.events !== poll.events || after.events !== poll.events) {
    throw new Error(`${name}: poll read ${poll.events} events, the ceiling ${before.events}`);
  }
  return {
    clock: (before.milliseconds + after.milliseconds) / 2 / poll.milliseconds,
    cpu: (before.cpuSeconds + after.cpuSeconds) / 2 / poll.cpuSeconds,
  };
}
