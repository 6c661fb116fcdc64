import { withSeed } from "../support/random.ts";
import type { TestPostgres } from "../store/_postgres.ts";
import { Cluster } from "./_cluster.ts";
import { readSmallTrail, type SmallTrail } from "./_small_trail.ts";

/** What a test does with its cluster and the file's trail. */
export type OnTrail = (cluster: Cluster, trail: SmallTrail) => Promise<void>;

/**
 * Registers tests that each get a cluster of their own, whose faults are drawn from a seed that a failure names, and
 * share one small trail, which the first of them reads. Without Postgres they are skipped.
 * @param prepare what is done to each cluster before its test
 */
export function testsOnTrail(
  postgres: TestPostgres | null,
  options: { readonly seed: number; readonly events: number },
  prepare: (cluster: Cluster, trail: SmallTrail) => unknown = () => {},
): (name: string, run: OnTrail) => void {
  let shared: Promise<SmallTrail> | undefined;
  return (name, run) =>
    Deno.test({
      name,
      ignore: postgres === null,
      fn: () =>
        withSeed(async (seed) => {
          const trail = await (shared ??= readSmallTrail(postgres!, options));
          await using cluster = await Cluster.start(postgres!, seed);
          await prepare(cluster, trail);
          await run(cluster, trail);
        }),
    });
}
