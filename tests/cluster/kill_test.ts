/**
 * Three replicas on Postgres, one of which is killed about every second, while objects arrive late, twice and
 * replaced. `deno task test:kill` takes `--kills N` and `--seed S`, which repeats a run.
 */
import { parseArgs } from "node:util";
import { startTestPostgres } from "../store/_postgres.ts";
import { withSeed } from "../support/random.ts";
import { proveExactlyOnce } from "./_kill_replicas.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: { kills: { type: "string", default: "12" }, seed: { type: "string" } },
});

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

Deno.test({
  name:
    "replicas that are killed about every second leave the alerts and rows of an undisturbed run",
  ignore: postgres === null,
  fn: () =>
    withSeed(async (seed) => {
      const kills = Number(values.kills);
      const summary = await proveExactlyOnce(postgres!, {
        kills,
        seed,
        events: 6000 + 400 * kills,
      });
      console.log(JSON.stringify({ seed, ...summary }, null, 2));
    }, values.seed),
});
