/** A trail that several tests of a file share, with what an undisturbed run makes of it. */
import { assert, assertEquals } from "@std/assert";
import { DAY_MS, hourOf } from "../../core/hours.ts";
import { planTrail } from "../../generator/mod.ts";
import type { RunOutcome } from "../support/outcome.ts";
import type { TestPostgres } from "../store/_postgres.ts";
import { Cluster, TRAIL } from "./_cluster.ts";

/** One object of the trail. */
export interface TrailObject {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** See the top of this file. */
export interface SmallTrail {
  readonly objects: readonly TrailObject[];
  /** Account ids. */
  readonly accounts: readonly string[];
  readonly expected: RunOutcome;
}

/** Generates a trail of yesterday and today and reads it undisturbed. */
export async function readSmallTrail(
  postgres: TestPostgres,
  options: { readonly seed: number; readonly events: number },
): Promise<SmallTrail> {
  const startAt = hourOf(Date.now()) - DAY_MS - 3 * 3_600_000;
  const regions = ["us-east-1", "eu-west-1"];
  const plan = planTrail({ ...options, startAt, days: 1, accounts: 6, regions, gzipLevel: 1 });
  const objects = [...plan.objects()].map(({ key, bytes }) => ({ key, bytes }));
  await using calm = await Cluster.start(postgres);
  putAll(calm, objects);
  const run = calm.start(["poll", "--once"]);
  assertEquals(await run.ended, 0, run.log);
  const expected = await calm.outcome();
  assert(expected.rows.length > 0 && expected.alerts.length > 0);
  return { objects, accounts: plan.accounts.map(({ id }) => id), expected };
}

/** Puts objects into the trail's bucket. */
export function putAll(cluster: Cluster, objects: readonly TrailObject[]): void {
  for (const { key, bytes } of objects) cluster.s3.put(TRAIL, key, bytes);
}
