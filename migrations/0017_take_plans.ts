/**
 * `take_shard` keeps its plans, as it was made for (see 0008_turns.ts), where the session makes a plan at each call, as
 * on the embedded database: five plans are more than half of what a take costs.
 */
export const TAKE_PLANS: readonly string[] = [
  `alter function take_shard(text[], integer) set plan_cache_mode = auto`,
];
