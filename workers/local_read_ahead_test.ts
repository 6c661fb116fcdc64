import { assert, assertEquals } from "@std/assert";
import { FILES_AHEAD_MAX, LocalReadAhead } from "./local_read_ahead.ts";
import type { ShardObject } from "./protocol.ts";

function fileOf(path: string, size = 2000): ShardObject {
  return {
    key: path,
    etag: "e",
    uri: `file://${path}`,
    size,
    grant: { kind: "file", path, etag: "e" },
  };
}

const FILES = Array.from({ length: 100 }, (_, i) => fileOf(`/logs/${i}`));

/** Notes what is read ahead, each file until it is let go. */
function recorder() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const warm = (path: string) => {
    begun.push(path);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  return { begun, ends, warm };
}

Deno.test("LocalReadAhead leaves files alone that are in memory", () => {
  const { begun, warm } = recorder();
  const ahead = new LocalReadAhead(FILES, warm);
  // Now and then a read waits for a processor.
  for (const i of FILES.keys()) ahead.note(i, i % 7 === 0 ? 5 : 0.05);
  assertEquals([begun.length, ahead.isOn], [0, false]);
  // A large file takes longer.
  const large = new LocalReadAhead(FILES.map(({ key }) => fileOf(key, 16 * 1024 * 1024)), warm);
  for (const i of FILES.keys()) large.note(i, 8);
  assertEquals(large.isOn, false);
});

Deno.test("LocalReadAhead reads what comes next once several were slow, each once and a few at a time", async () => {
  const { begun, ends, warm } = recorder();
  const ahead = new LocalReadAhead(FILES, warm);
  for (const i of [0, 1, 2]) ahead.note(i, 3);
  assertEquals(begun, []);
  ahead.note(3, 3);
  assert(ahead.isOn);
  assertEquals(begun, FILES.slice(4, 4 + FILES_AHEAD_MAX).map(({ key }) => key));
  ahead.note(4, 0.05);
  assertEquals(begun.length, FILES_AHEAD_MAX);
  for (const end of ends.splice(0)) end();
  await Promise.resolve();
  // Those that were read meanwhile are left out.
  ahead.note(50, 0.05);
  assertEquals(begun.slice(FILES_AHEAD_MAX), FILES.slice(51, 83).map(({ key }) => key));
});

Deno.test("LocalReadAhead leaves out objects of a bucket and large files, and survives what is gone", async () => {
  const { begun, warm } = recorder();
  const large = fileOf("/logs/large", 2 * 1024 * 1024);
  const remote: ShardObject = {
    ...fileOf("/logs/remote"),
    grant: { kind: "url", url: "https://bucket/key", headers: {} },
  };
  const mixed = [...FILES.slice(0, 4), remote, large, FILES[5]];
  const ahead = new LocalReadAhead(mixed, warm);
  for (const i of [0, 1, 2, 3, 4]) ahead.note(i, 3);
  assertEquals(begun, [FILES[5].key]);

  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/0`, new Uint8Array(10));
    const real = [0, 0, 0, 0, 0, 1].map((name) => fileOf(`${folder}/${name}`, 10));
    const untouched = new LocalReadAhead(real);
    for (const i of [0, 1, 2, 3]) untouched.note(i, 3);
    // Its files are closed again before the test ends.
    await new Promise((resolve) => setTimeout(resolve, 200));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
