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
