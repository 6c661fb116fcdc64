import { assert, assertEquals } from "@std/assert";
import { OWN_ROOM, ReusedRoom } from "./room.ts";

const MB = 1024 * 1024;

Deno.test("ReusedRoom gives memory that nobody has until it is cleared, and the same again after", () => {
  const room = new ReusedRoom(8 * MB);
  const first = room.bytes(3).fill(1);
  const given = [room.int32(5).fill(2), room.uint32(MB).fill(3), room.int32(7).fill(4)];
  assertEquals([...first], [1, 1, 1]);
  given.forEach((numbers, i) => assertEquals(new Set(numbers), new Set([i + 2])));
  room.clear();
  const again = room.bytes(3);
  assert(again.buffer === first.buffer);
  assertEquals(again.byteOffset, first.byteOffset);
  assertEquals(new Set(room.int32(1000)), new Set([0]));
});

Deno.test("ReusedRoom keeps no more than it may", () => {
  const room = new ReusedRoom(2 * MB);
  const large = room.bytes(3 * MB);
  room.clear();
  assert(room.bytes(3 * MB).buffer !== large.buffer);
  const empty = new ReusedRoom(MB);
  assertEquals([empty.bytes(0).length, empty.int32(0).length], [0, 0]);
});

Deno.test("OWN_ROOM gives each its own", () => {
  const [a, b] = [OWN_ROOM.bytes(100), OWN_ROOM.bytes(100)];
  assert(a.buffer !== b.buffer);
  assertEquals([OWN_ROOM.int32(2), OWN_ROOM.uint32(2)].map((list) => [...list]), [[0, 0], [0, 0]]);
});
