import { assertEquals } from "@std/assert";
import { DeliveryQueue } from "./delivery_queue.ts";
import { Prng } from "./prng.ts";

Deno.test("DeliveryQueue.takeBefore() gives items in the order of delivery, equal ones as pushed", () => {
  const seed = 20261121;
  const prng = new Prng(seed, "queue");
  const queue = new DeliveryQueue<{ deliveredAt: number; index: number }>();
  const pushed = Array.from({ length: 2000 }, (_, index) => ({
    deliveredAt: prng.below(300),
    index,
  }));
  pushed.forEach((item) => queue.push(item));
  const taken = [...queue.takeBefore(Infinity)];
  const expected = pushed.toSorted((a, b) => a.deliveredAt - b.deliveredAt || a.index - b.index);
  assertEquals(taken, expected, `seed ${seed}`);
  assertEquals(queue.size, 0);
});

Deno.test("DeliveryQueue.takeBefore() leaves what is delivered at the instant or later", () => {
  const queue = new DeliveryQueue<{ deliveredAt: number }>();
  for (const deliveredAt of [5, 3, 4]) queue.push({ deliveredAt });
  assertEquals([...queue.takeBefore(4)], [{ deliveredAt: 3 }]);
  assertEquals([...queue.takeBefore(3)], []);
  assertEquals(queue.size, 2);
});
