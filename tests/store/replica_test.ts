/** What a replica held is free soon after its death, and while it lives it stays with it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { TrailsieveError } from "../../core/errors.ts";
import { openStore, type Store } from "../../store/mod.ts";
import { startTestPostgres } from "./_postgres.ts";
import { alertOf, commitOne, partOf, rowsOf } from "./_samples.ts";

const HOUR = Date.UTC(2026, 10, 20, 6);
const ALL = { all: true, limit: 10 } as const;

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

/** Two replicas on one database; `die` lets the first one's heartbeats be as old as if it had died. */
async function withTwo(
  run: (first: Store, second: Store, die: () => Promise<unknown>) => Promise<void>,
) {
  const url = await postgres!.createDatabase();
  await using first = await openStore({ url });
  const [{ id }] = await rowsOf(first, "select id::text from replicas") as { id: string }[];
  await using second = await openStore({ url });
  await run(
    first,
    second,
    () =>
      rowsOf(
        second,
        `update replicas set heartbeat_at = now() - interval '11 s' where id = '${id}'`,
      ),
  );
}

Deno.test({
  name: "takeDueHours() takes over the hours of a dead replica, and fences it",
  ignore: postgres === null,
  fn: () =>
    withTwo(async (first, second, die) => {
      await commitOne(first, "a", { parts: [partOf("p", [HOUR])] });
      const [work] = await first.takeDueHours(ALL);
      assertEquals(await second.takeDueHours(ALL), []);
      assertEquals(await second.openHours(), 1);
      await die();
      const [heir] = await second.takeDueHours(ALL);
      assertEquals(heir.hourMs, work.hourMs);
      assert(heir.generation > work.generation);
      const error = await assertRejects(() => first.commitHour(work, []), TrailsieveError);
      assertEquals(error.code, "fenced");
    }),
});

Deno.test({
  name: "takeDeliveries() takes over the attempts of a dead replica, whose end then counts nothing",
  ignore: postgres === null,
  fn: () =>
    withTwo(async (first, second, die) => {
      await commitOne(first, "a", { alerts: [alertOf("one")], sinks: ["stdout"] });
      const [attempt] = await first.takeDeliveries("stdout", 10);
      assertEquals(await second.takeDeliveries("stdout", 10), []);
      const soon = await second.nextDeliveryMs(["stdout"]);
      assert(
        soon !== null && soon < 15_000,
        "the attempt's lease follows the heartbeat",
      );
      await die();
      const [again] = await second.takeDeliveries("stdout", 10);
      assertEquals(again.alertId, attempt.alertId);
      assert(again.maybeSent);
      const end = {
        alertId: attempt.alertId,
        sink: "stdout",
        kind: "delivered",
        reason: "",
        retryAfterMs: 0,
      } as const;
      assertEquals(await first.endDeliveries([end]), { delivered: 0, undelivered: 0 });
      assertEquals(await second.endDeliveries([end]), { delivered: 1, undelivered: 0 });
    }),
});
