import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrailsieveError } from "../core/errors.ts";
import { FileSink } from "./file_sink.ts";
import { makeDelivery, NEVER } from "./testing.ts";

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function titlesOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path);
  assert(text === "" || text.endsWith("\n"));
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line).title);
}

const DELIVERED = { kind: "delivered" } as const;

Deno.test("FileSink.deliver() appends a line an alert, in order, creating file and folder", () =>
  withFolder(async (folder) => {
    const path = `${folder}/new/alerts.jsonl`;
    const sink = new FileSink(path);
    await sink.prepare();
    assertEquals(sink.name, `file:${path}`);
    assertEquals(
      await sink.deliver([makeDelivery(1), makeDelivery(2)], { signal: NEVER }),
      [DELIVERED, DELIVERED],
    );
    await sink.deliver([makeDelivery(3)], { signal: NEVER });
    assertEquals(await titlesOf(path), ["alert 1", "alert 2", "alert 3"]);
    await sink.close();
  }));

Deno.test("FileSink.deliver() never writes an alert twice where an earlier end is not known", () =>
  withFolder(async (folder) => {
    const path = `${folder}/alerts.jsonl`;
    const sink = new FileSink(path);
    const all = Array.from({ length: 30 }, (_, n) => makeDelivery(n));
    await sink.deliver(all.slice(0, 20), { signal: NEVER });
    const again = all.map((delivery) => ({ ...delivery, maybeSent: true }));
    assertEquals((await sink.deliver(again, { signal: NEVER })).length, 30);
    await sink.deliver([again[4], again[4]], { signal: NEVER });
    assertEquals(await titlesOf(path), all.map((_, n) => `alert ${n}`));
  }));

Deno.test("FileSink.deliver() is not misled by an alert id inside another alert's event", () =>
  withFolder(async (folder) => {
    const path = `${folder}/alerts.jsonl`;
    const wanted = makeDelivery(2, { maybeSent: true });
    // As text, and as a member that only nesting tells from the alert's own.
    const other = makeDelivery(1, { text: `"alert_id":"${wanted.alertId}"` });
    const nested = JSON.stringify({
      alert_id: "0".repeat(64),
      title: "alert 0",
      event: { alert_id: wanted.alertId },
    });
    await Deno.writeTextFile(path, `${nested}\n`);
    const sink = new FileSink(path);
    await sink.deliver([other, wanted], { signal: NEVER });
    assertEquals(await titlesOf(path), ["alert 0", "alert 1", "alert 2"]);
  }));

Deno.test("FileSink.deliver() finds an id wherever the pieces of its search end", () =>
  withFolder(async (folder) => {
    const path = `${folder}/alerts.jsonl`;
    const mark = makeDelivery(2, { maybeSent: true });
    // Shift the alert over the first edge, at 1 MB, by steps smaller than what is searched for.
    for (let shift = -100; shift <= 20; shift += 10) {
      const filler = JSON.stringify({ title: "x".repeat(1024 * 1024 + shift - 13) });
      await Deno.writeTextFile(path, `${filler}\n${mark.payload}\n`);
      await new FileSink(path).deliver([mark], { signal: NEVER });
      assertEquals((await titlesOf(path)).length, 2, `shift ${shift}`);
    }
  }));

Deno.test("FileSink.deliver() cuts a torn last line off and completes a whole one", () =>
  withFolder(async (folder) => {
    const path = `${folder}/alerts.jsonl`;
    const sink = new FileSink(path);
    const [first, second, third] = [1, 2, 3].map((n) => makeDelivery(n, { maybeSent: true }));
    for (const length of [1, 40, second.payload.length - 1]) {
      await Deno.writeTextFile(path, `${first.payload}\n${second.payload.slice(0, length)}`);
      await sink.deliver([second, third], { signal: NEVER });
      assertEquals(await titlesOf(path), ["alert 1", "alert 2", "alert 3"], `torn at ${length}`);
    }
    await Deno.writeTextFile(path, `${first.payload}\n${second.payload}`);
    await sink.deliver([second, third], { signal: NEVER });
    assertEquals(await titlesOf(path), ["alert 1", "alert 2", "alert 3"]);
    await Deno.writeTextFile(path, `${first.payload}\n\0\0\0\0`);
    await sink.deliver([second], { signal: NEVER });
    assertEquals(await titlesOf(path), ["alert 1", "alert 2"]);
  }));

Deno.test("FileSink.deliver() leaves somebody else's file alone", () =>
  withFolder(async (folder) => {
    const path = `${folder}/notes.txt`;
    await Deno.writeTextFile(path, "a note\nwithout its newline");
    const [result] = await new FileSink(path).deliver([makeDelivery(1)], { signal: NEVER });
    assertEquals(result.kind, "later");
    assertEquals(await Deno.readTextFile(path), "a note\nwithout its newline");
  }));

Deno.test("FileSink.deliver() from many sinks at once interleaves whole lines and loses none", () =>
  withFolder(async (folder) => {
    const path = `${folder}/alerts.jsonl`;
    await Promise.all(Array.from({ length: 8 }, async (_, writer) => {
      const sink = new FileSink(path);
      for (let n = 0; n < 10; n++) {
        // Every alert is delivered by two of the writers.
        const delivery = makeDelivery((writer >> 1) * 10 + n, {
          maybeSent: true,
          text: "x".repeat(9000),
        });
        assertEquals(await sink.deliver([delivery], { signal: NEVER }), [DELIVERED]);
      }
    }));
    const titles = await titlesOf(path);
    assertEquals(titles.length, 40);
    assertEquals(new Set(titles).size, 40);
  }));

Deno.test("FileSink.deliver() says later while the path cannot be written, and recovers", () =>
  withFolder(async (folder) => {
    const path = `${folder}/gone/alerts.jsonl`;
    const sink = new FileSink(path);
    await sink.prepare();
    await Deno.remove(`${folder}/gone`, { recursive: true });
    const [result] = await sink.deliver([makeDelivery(1)], { signal: NEVER });
    assert(result.kind === "later");
    assertStringIncludes(result.reason, `Cannot append alerts to ${path}:`);
    await Deno.mkdir(`${folder}/gone`);
    assertEquals(await sink.deliver([makeDelivery(1)], { signal: NEVER }), [DELIVERED]);
  }));

Deno.test("FileSink.deliver() rejects on abort while another process holds the lock", () =>
  withFolder(async (folder) => {
    const path = `${folder}/alerts.jsonl`;
    const sink = new FileSink(path);
    await sink.prepare();
    using holder = await Deno.open(path, { write: true });
    await holder.lock(true);
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new Error("enough")), 60);
    await assertRejects(
      () => sink.deliver([makeDelivery(1)], { signal: abort.signal }),
      Error,
      "enough",
    );
    clearTimeout(timer);
    await holder.unlock();
    assertEquals(await titlesOf(path), []);
  }));

Deno.test("FileSink.prepare() refuses what is no regular file", () =>
  withFolder(async (folder) => {
    const socket = `${folder}/socket`;
    using _listener = Deno.listen({ transport: "unix", path: socket });
    for (const path of [folder, socket]) {
      const error = await assertRejects(
        () => new FileSink(path).prepare(),
        TrailsieveError,
        "it is not a regular file",
      );
      assertEquals(error.code, "usage");
    }
  }));
