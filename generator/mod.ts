/**
 * Makes up the CloudTrail trail of an organization: what its people and programs do on ordinary days,
 * delivered as AWS delivers it, and attack stories hidden in it whose events are labelled.
 *
 * ```ts
 * const plan = planTrail({ seed: 7, events: 1_000_000 });
 * for (const object of plan.objects()) await write(object.key, object.bytes);
 * const found = plan.stories.filter(({ eventIds }) => eventIds.some((id) => alerted.has(id)));
 * ```
 *
 * **The same everywhere.** Options decide all of it: keys, times, and the bytes before gzip are the same
 * on any machine and day; the compressed bytes are the same for one version of the runtime. Numbers come
 * from integer arithmetic (prng.ts), never from the clock.
 *
 * **Sums.** `events` counts distinct event ids. Redelivered records come on top, so the sum of
 * `eventCount - duplicateCount` over all objects is `events`.
 *
 * **The quiet part** meets no idea in `RULE_IDEAS`: nobody is root, passwords come with a second factor,
 * nothing is opened to the world. It is mostly reads, follows the hours and the weekend, and fails in
 * three of a hundred calls of people and programs.
 *
 * **Delivery.** An account's and region's events of five minutes make a file; three files in a hundred
 * are late by up to six hours; some records come again in a later file. Digests of one account (chained,
 * with true hashes, not signed) and two files of Insight events stand between the log files.
 *
 * **Speed.** Each caller's way of making each call is prepared once as bytes with holes (template.ts);
 * an event is a copy of them with its holes filled. `generate_trail_bench.ts` measures it against gzip.
 *
 * Nothing here reads or writes a file, a clock or the network.
 */
export * from "./types.ts";
export { generateTrail, planTrail } from "./plan_trail.ts";
