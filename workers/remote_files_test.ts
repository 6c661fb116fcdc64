import { assertEquals } from "@std/assert";
import { LIMITS } from "../core/limits.ts";
import { RemoteFiles } from "./remote_files.ts";

function world(sizes: readonly number[]) {
  const reads: [number, number, number][] = [];
  const remote = new RemoteFiles((file, offset, length) => {
    reads.push([file, offset, length]);
    const bytes = new Uint8Array(length);
    for (let i = 0; i < Math.min(length, 16); i++) bytes[i] = file + offset + i;
    return Promise.resolve(bytes);
  });
  return { reads, files: sizes.map((byteLength, place) => remote.file(place, { byteLength })) };
}

Deno.test("RemoteFiles fetches a small file once and a large one by its ranges", async () => {
  const large = LIMITS.wholeReadBytesMax + 1;
  const { reads, files } = world([1000, large]);
  assertEquals([...await files[0].slice(10, 13)], [10, 11, 12]);
  assertEquals([...await files[0].slice(0, 2)], [0, 1]);
  assertEquals([...await files[1].slice(5, 7)], [6, 7]);
  await files[1].slice(5, 7);
  assertEquals(reads, [[0, 0, 1000], [1, 5, 2], [1, 5, 2]]);
});

Deno.test("RemoteFiles lets go of the file that was not used for longest", async () => {
  const size = LIMITS.wholeReadBytesMax;
  const room = Math.floor(LIMITS.wholeReadsHeldBytes / size);
  const { reads, files } = world(Array.from({ length: room + 1 }, () => size));
  for (const file of files.slice(0, room)) await file.slice(0, 1);
  await files[0].slice(0, 1);
  await files[room].slice(0, 1);
  await files[0].slice(0, 1);
  assertEquals(reads.length, room + 1);
  await files[1].slice(0, 1);
  assertEquals(reads.length, room + 2);
});

Deno.test("RemoteFiles fetches what is asked for at once a few at a time, each file once", async () => {
  let [reading, most, count] = [0, 0, 0];
  const remote = new RemoteFiles(async (_file, _offset, length) => {
    count++;
    most = Math.max(most, ++reading);
    await new Promise((resolve) => queueMicrotask(() => resolve(null)));
    reading--;
    return new Uint8Array(length);
  });
  const files = Array.from({ length: 20 }, (_, i) => remote.file(i, { byteLength: 100 }));
  const slices = await Promise.all([...files, ...files].map((file) => file.slice(1, 3)));
  assertEquals(slices.map(({ length }) => length), slices.map(() => 2));
  assertEquals([count, most], [20, LIMITS.mergeReadConcurrency]);
});

Deno.test("RemoteFiles forgets a fetch that failed, and goes on with others", async () => {
  let fails = true;
  const remote = new RemoteFiles((file, _offset, length) => {
    if (file === 0 && fails) return Promise.reject(new Error("gone"));
    return Promise.resolve(new Uint8Array(length));
  });
  const files = Array.from({ length: 10 }, (_, i) => remote.file(i, { byteLength: 10 }));
  const ends = await Promise.allSettled(files.map((file) => file.slice(0, 1)));
  assertEquals(ends.map(({ status }) => status === "rejected"), ends.map((_, i) => i === 0));
  fails = false;
  assertEquals((await files[0].slice(0, 4)).length, 4);
});
