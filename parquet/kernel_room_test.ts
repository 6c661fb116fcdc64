import { assert, assertEquals, assertThrows } from "@std/assert";
import { isInKernel, kernelRoom } from "./kernel_room.ts";
import { OWN_ROOM } from "./room.ts";

const MB = 1024 * 1024;

Deno.test("kernelRoom gives memory that nobody has until it is cleared, and the same again after", () => {
  kernelRoom.clear();
  const first = kernelRoom.bytes(3).fill(1);
  const given = [
    kernelRoom.int32(5).fill(2),
    kernelRoom.uint32(MB).fill(3),
    kernelRoom.int32(7).fill(4),
    kernelRoom.hold(Uint8Array.of(5, 5)),
  ];
  assertEquals([...first], [1, 1, 1]);
  given.forEach((numbers, i) => assertEquals(new Set(numbers), new Set([i + 2])));
  assert([first, ...given].every(isInKernel));
  kernelRoom.clear();
  const again = kernelRoom.bytes(3);
  assertEquals(again.byteOffset, first.byteOffset);
  assertEquals(new Set(kernelRoom.int32(1000)), new Set([0]));
});

Deno.test("kernelRoom gives what does not fit memory of its own", () => {
  kernelRoom.clear();
  const large = kernelRoom.bytes(300 * MB);
  assertEquals([isInKernel(large), large.length], [false, 300 * MB]);
  assert(isInKernel(kernelRoom.bytes(MB)));
  const lists = Array.from({ length: 100 }, () => kernelRoom.int32(MB));
  assert(lists.some(isInKernel) && !lists.every(isInKernel));
  // What a damaged file asks for.
  assertThrows(() => kernelRoom.uint32(-9), RangeError);
  assertThrows(() => kernelRoom.bytes(NaN), RangeError);
  assert(!isInKernel(kernelRoom.int32(NaN)));
  kernelRoom.clear();
});

Deno.test("OWN_ROOM gives each its own", () => {
  const [a, b] = [OWN_ROOM.bytes(100), OWN_ROOM.bytes(100)];
  assert(a.buffer !== b.buffer);
  assertEquals([OWN_ROOM.int32(2), OWN_ROOM.uint32(2)].map((list) => [...list]), [[0, 0], [0, 0]]);
});
