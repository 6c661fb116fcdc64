import { assert, assertEquals, assertRejects } from "@std/assert";
import { TrailsieveError } from "../../core/errors.ts";
import { LIMITS } from "../../core/limits.ts";
import type { DeliveryEnd, PendingDelivery, Store } from "../../store/mod.ts";
import { alertOf, commitOne, rowsOf } from "./_samples.ts";

function endOf(
  delivery: Pick<PendingDelivery, "alertId" | "sink">,
  kind: DeliveryEnd["kind"],
  retryAfterMs = 0,
): DeliveryEnd {
  return { alertId: delivery.alertId, sink: delivery.sink, kind, reason: "why\0", retryAfterMs };
}

/** Ends the lease of every attempt, as if five minutes had passed. */
async function loseAttempts(store: Store): Promise<void> {
  await rowsOf(store, "update deliveries set next_at = now() where state = 'attempting'");
}

/** Cases by test name; each gets an empty store. */
export const OUTBOX_CASES: Record<string, (store: Store) => Promise<void>> = {
  async "commitShard() stores an alert id once, and the first one wins"(store) {
    const sinks = ["stdout", "slack"];
    await commitOne(store, "a", { alerts: [alertOf("x"), alertOf("x")], sinks });
    await commitOne(store, "b", {
      alerts: [alertOf("x", { payload: '{"second":1}' })],
      sinks: ["webhook"],
      suppress: { all: true, beforeMs: null },
    });
    assertEquals((await store.counts()).alerts, 1);
    assertEquals([...await store.waitingSinks()], [["slack", 1], ["stdout", 1]]);
    const [delivery] = await store.takeDeliveries("stdout", 10);
    assertEquals(delivery.payload, alertOf("x").payload);
  },

  async "commitShard() keeps any payload to the letter"(store) {
    const payload = `{"event":${"[".repeat(50_000)}${"]".repeat(50_000)},"s":"\\u0000 \\ud800 ü"}`;
    await commitOne(store, "a", {
      alerts: [alertOf("x", { payload, dedupKey: "k\0", eventId: "\0", eventTimeMs: -1 })],
    });
    const [delivery] = await store.takeDeliveries("stdout", 10);
    assertEquals(delivery.payload, payload);
    assertEquals(delivery.dedupKey, "k\uFFFD");
  },

  async "commitShard() keeps a long event in pieces, those of the alert that came first"(store) {
    const pieces = [new Uint8Array([0, 255, 10]), new Uint8Array(300_000).fill(7)];
    const first = alertOf("x", { eventPieces: pieces });
    await commitOne(store, "a", { alerts: [alertOf("w"), first] });
    const other = { eventPieces: [new Uint8Array([1])] };
    await commitOne(store, "b", { alerts: [alertOf("x", other), alertOf("y", other)] });
    const due = await store.takeDeliveries("stdout", 10);
    const counts = new Map(due.map(({ alertId, eventPieces }) => [alertId, eventPieces]));
    assertEquals(
      ["w", "x", "y"].map((name) => counts.get(alertOf(name).alertId)),
      [0, 2, 1],
    );
    for (const [place, piece] of pieces.entries()) {
      assertEquals(new Uint8Array(await store.readAlertPiece(first.alertId, place)), piece);
    }
    await assertRejects(() => store.readAlertPiece(first.alertId, 2), TrailsieveError, "gone");
  },

  async "commitShard() stores suppressed alerts without deliveries"(store) {
    await commitOne(store, "a", {
      alerts: [alertOf("muted")],
      suppress: { all: true, beforeMs: null },
    });
    await commitOne(store, "b", { alerts: [alertOf("nobody")], sinks: [] });
    await commitOne(store, "c", {
      alerts: [alertOf("old", { eventTimeMs: 999 }), alertOf("new", { eventTimeMs: 1000 })],
      suppress: { all: false, beforeMs: 1000 },
    });
    assertEquals((await store.counts()).alerts, 4);
    assertEquals(await store.openAlerts(), 1);
    assertEquals([...await store.waitingSinks()], [["stdout", 1]]);
  },

  async "endDeliveries() settles an alert when its last sink has ended"(store) {
    const sinks = ["slack", "stdout"];
    await commitOne(store, "a", { alerts: [alertOf("x"), alertOf("y")], sinks });
    const out = await store.takeDeliveries("stdout", 10);
    const slack = await store.takeDeliveries("slack", 10);
    assertEquals([out.length, slack.length], [2, 2]);
    assertEquals(await store.endDeliveries(out.map((one) => endOf(one, "delivered"))), {
      delivered: 0,
      undelivered: 0,
    });
    assertEquals(await store.openAlerts(), 2);
    assertEquals(
      await store.endDeliveries([endOf(slack[0], "delivered"), endOf(slack[1], "undelivered")]),
      { delivered: 1, undelivered: 1 },
    );
    assertEquals(await store.openAlerts(), 0);
    assertEquals(await store.endDeliveries(slack.map((one) => endOf(one, "delivered"))), {
      delivered: 0,
      undelivered: 0,
    });
    assertEquals((await store.waitingSinks()).size, 0);
  },

  async "giveUpDeliveries() settles what waits for a sink, and nothing of the others"(store) {
    const alerts = ["x", "y", "z"].map((id) => alertOf(id));
    await commitOne(store, "a", { alerts, sinks: ["gone", "stdout"] });
    const [delivered, refused] = await store.takeDeliveries("stdout", 2);
    await store.endDeliveries([endOf(delivered, "delivered"), endOf(refused, "undelivered")]);
    await store.takeDeliveries("gone", 1);
    assertEquals(await store.giveUpDeliveries("gone"), 3);
    assertEquals(await store.giveUpDeliveries("gone"), 0);
    assertEquals([...await store.waitingSinks()], [["stdout", 1]]);
    assertEquals(await store.openAlerts(), 1);
    const [last] = await store.takeDeliveries("stdout", 2);
    await store.endDeliveries([endOf(last, "delivered")]);
    assertEquals(await store.openAlerts(), 0);
  },

  async "endDeliveries() by two replicas at once settles every alert"(store) {
    const alerts = Array.from({ length: 60 }, (_, i) => alertOf(`x${i}`));
    await commitOne(store, "a", { alerts, sinks: ["slack", "stdout"] });
    const taken = await Promise.all([
      store.takeDeliveries("stdout", 60),
      store.takeDeliveries("slack", 60),
    ]);
    const ended = await Promise.all(
      taken.map((list, i) =>
        store.endDeliveries(
          (i === 0 ? list : list.toReversed()).map((one) => endOf(one, "delivered")),
        )
      ),
    );
    assertEquals(ended[0].delivered + ended[1].delivered, 60);
    assertEquals(await store.openAlerts(), 0);
  },

  async "endDeliveries() makes a delivery wait, and gives up at the bound"(store) {
    await commitOne(store, "a", { alerts: [alertOf("x")] });
    for (let attempt = 1; attempt <= LIMITS.deliveryAttemptsMax; attempt++) {
      const [delivery] = await store.takeDeliveries("stdout", 10);
      assertEquals([delivery.attempts, delivery.maybeSent], [attempt - 1, false]);
      const ended = await store.endDeliveries([endOf(delivery, "later", attempt === 1 ? 300 : 0)]);
      const last = attempt === LIMITS.deliveryAttemptsMax;
      assertEquals(ended, { delivered: 0, undelivered: last ? 1 : 0 });
      if (attempt === 1) {
        assertEquals((await store.takeDeliveries("stdout", 10)).length, 0);
        const ms = await store.nextDeliveryMs(["stdout", "slack"]);
        assert(ms !== null && ms <= 300);
        assertEquals(await store.nextDeliveryMs(["slack"]), null);
        await new Promise((resolve) => setTimeout(resolve, 350));
      }
    }
    assertEquals((await store.takeDeliveries("stdout", 10)).length, 0);
    const [row] = await rowsOf(store, "select state, last_error from deliveries");
    assertEquals({ ...row }, { state: "undelivered", last_error: "why\uFFFD" });
  },

  async "takeDeliveries() takes each once, oldest first, and a lost attempt again as maybeSent"(
    store,
  ) {
    for (const name of ["c", "a", "b"]) await commitOne(store, name, { alerts: [alertOf(name)] });
    const [first] = await store.takeDeliveries("stdout", 1);
    const rest = await store.takeDeliveries("stdout", 10);
    assertEquals(
      [first, ...rest].map((one) => one.alertId),
      ["c", "a", "b"].map((name) => alertOf(name).alertId),
    );
    assertEquals((await store.takeDeliveries("stdout", 10)).length, 0);
    await loseAttempts(store);
    const again = await store.takeDeliveries("stdout", 10);
    assertEquals(again.map((one) => [one.attempts, one.maybeSent]), [[1, true], [1, true], [
      1,
      true,
    ]]);
    // That an attempt was lost stays true however later ones end.
    await store.endDeliveries(again.map((one) => endOf(one, "later")));
    const third = await store.takeDeliveries("stdout", 10);
    assertEquals(third.map((one) => [one.attempts, one.maybeSent]), [[2, true], [2, true], [
      2,
      true,
    ]]);
  },
};
