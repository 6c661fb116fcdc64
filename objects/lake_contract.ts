import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { TrailsieveError } from "../core/errors.ts";
import { type LakeStore, openLake } from "./mod.ts";
import { byteOrder, collect } from "./testing.ts";

/** An empty place for a lake. */
export interface LakeFixture extends AsyncDisposable {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The tests that every LakeStore must pass. */
export function testLake(name: string, setUp: () => Promise<LakeFixture>): void {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const always = { condition: { kind: "always" } } as const;
  const create = { condition: { kind: "create" } } as const;
  const replace = (etag: string) => ({ condition: { kind: "replace", etag } }) as const;

  const test = (
    title: string,
    body: (lake: LakeStore, open: () => Promise<LakeStore>) => Promise<void>,
  ) =>
    Deno.test(`${name}: ${title}`, async () => {
      await using fixture = await setUp();
      const opened: LakeStore[] = [];
      const open = async () => {
        const requests = { list: 0, get: 0, put: 0 };
        const lake = await openLake(fixture.url, { env: fixture.env, requests });
        opened.push(lake);
        return lake;
      };
      try {
        const lake = await open();
        assertEquals(await lake.probe(), { conditionalWrites: true });
        await body(lake, open);
      } finally {
        for (const lake of opened) await lake.close();
      }
    });

  const refused = async (promise: Promise<unknown>): Promise<void> => {
    const error = await assertRejects(() => promise, TrailsieveError);
    assertEquals(error.code, "condition");
  };

  test("put() and get() agree on bytes and ETag", async (lake) => {
    const random = crypto.getRandomValues(new Uint8Array(60_000));
    const etag = await lake.put("events/2026/01/02/03/a b+%é.parquet", random, always);
    assertEquals(await lake.get("events/2026/01/02/03/a b+%é.parquet"), { bytes: random, etag });
    assertEquals(await lake.get("events/2026/01/02/03/absent"), null);
    assertEquals(await lake.get("absent/below"), null);
    const empty = await lake.put("empty", new Uint8Array(0), always);
    assertEquals(await lake.get("empty"), { bytes: new Uint8Array(0), etag: empty });
  });

  test("put() of a creation is refused where something is", async (lake) => {
    const etag = await lake.put("f", bytes("one"), create);
    await refused(lake.put("f", bytes("two"), create));
    assertEquals(await lake.get("f"), { bytes: bytes("one"), etag });
  });

  test("put() of a replacement is refused for another version and where nothing is", async (lake) => {
    const first = await lake.put("f", bytes("one"), create);
    const second = await lake.put("f", bytes("two"), replace(first));
    assertNotEquals(first, second);
    await refused(lake.put("f", bytes("three"), replace(first)));
    await refused(lake.put("absent", bytes("three"), replace(first)));
    assertEquals(await lake.get("f"), { bytes: bytes("two"), etag: second });
    assertEquals(await lake.get("absent"), null);
    await lake.delete("f");
    await refused(lake.put("f", bytes("three"), replace(second)));
  });

  test("put() lets one of ten racing creators win", async (lake, open) => {
    const other = await open();
    for (let round = 0; round < 5; round++) {
      const racers = Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? lake : other)
          .put(`race/${round}`, bytes(`racer ${i}`), create).then(() => i));
      const ends = await Promise.allSettled(racers);
      const winners = ends.flatMap((end) => end.status === "fulfilled" ? [end.value] : []);
      assertEquals(winners.length, 1);
      assertEquals((await lake.get(`race/${round}`))?.bytes, bytes(`racer ${winners[0]}`));
      for (const end of ends) {
        if (end.status === "rejected") assertEquals(end.reason.code, "condition");
      }
    }
  });

  test("put() of racing replacements loses no version", async (lake, open) => {
    const other = await open();
    await lake.put("n", bytes("0"), create);
    // Each adds one to what it read and tries again when it lost: nobody's addition gets lost.
    const addOne = async (own: LakeStore): Promise<void> => {
      while (true) {
        const { bytes: read, etag } = (await own.get("n"))!;
        const next = String(Number(new TextDecoder().decode(read)) + 1);
        try {
          await own.put("n", bytes(next), replace(etag));
          return;
        } catch (error) {
          if (!(error instanceof TrailsieveError) || error.code !== "condition") throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, i) => addOne(i % 2 ? lake : other)));
    assertEquals((await lake.get("n"))?.bytes, bytes("8"));
  });

  test("getRange() gives the bytes asked for, fewer at the end", async (lake) => {
    await lake.put("f", bytes("0123456789"), always);
    assertEquals(await lake.getRange("f", 0, 4), bytes("0123"));
    assertEquals(await lake.getRange("f", 3, 1), bytes("3"));
    assertEquals(await lake.getRange("f", 8, 5), bytes("89"));
    assertEquals(await lake.getRange("f", 10, 5), bytes(""));
    assertEquals(await lake.getRange("f", 50, 5), bytes(""));
    assertEquals(await lake.getRange("f", 5, 0), bytes(""));
    const etag = (await lake.get("f"))!.etag;
    assertEquals(await lake.getRange("f", 8, 5, { etag }), bytes("89"));
    await lake.put("f", bytes("another"), { condition: { kind: "always" } });
    const other = await assertRejects(() => lake.getRange("f", 0, 4, { etag }), TrailsieveError);
    assertEquals(other.code, "condition");
    const error = await assertRejects(() => lake.getRange("absent", 0, 1), TrailsieveError);
    assertEquals(error.code, "missing");
  });

  test("list() gives path, ETag, size and time of 1,100 files below a prefix", async (lake) => {
    const paths = Array.from({ length: 1100 }, (_, i) => `_work/parts/${i % 7}/p${i}`);
    const etags = new Map<string, string>();
    const startedAt = Date.now();
    for (let i = 0; i < paths.length; i += 50) {
      await Promise.all(
        paths.slice(i, i + 50).map(async (path) => {
          etags.set(path, await lake.put(path, bytes(path), always));
        }),
      );
    }
    await lake.put("events/x", bytes("x"), always);
    const files = (await collect(lake.list("_work/parts/"))).flat();
    assertEquals(files.map((file) => file.path), paths.sort(byteOrder));
    for (const file of files) {
      assertEquals([file.etag, file.size], [etags.get(file.path), file.path.length]);
      assert(Math.abs(file.modifiedAt - startedAt) < 120_000);
    }
    assertEquals((await collect(lake.list(""))).flat().length, 1101);
    assertEquals(await collect(lake.list("absent/")), []);
    assertEquals((await collect(lake.list("eve"))).flat().map((file) => file.path), ["events/x"]);
  });

  test("delete() removes a file and does not mind its absence", async (lake) => {
    await lake.put("a/f", bytes("x"), always);
    await lake.delete("a/f");
    await lake.delete("a/f");
    await lake.delete("never/was");
    assertEquals(await lake.get("a/f"), null);
    assertEquals((await collect(lake.list(""))).flat(), []);
  });

  test("delete() of a version is refused for another one and does not mind its absence", async (lake) => {
    const first = await lake.put("f", bytes("one"), always);
    const second = await lake.put("f", bytes("two"), replace(first));
    await refused(lake.delete("f", { etag: first }));
    assertEquals(await lake.get("f"), { bytes: bytes("two"), etag: second });
    await lake.delete("f", { etag: second });
    await lake.delete("f", { etag: second });
    assertEquals(await lake.get("f"), null);
  });

  test("put(), get() and delete() refuse paths that leave the lake", async (lake) => {
    for (const path of ["", "/etc/x", "../x", "a/../../x", "a//b", "a/", "./a", "a\0b"]) {
      for (
        const call of [
          () => lake.put(path, bytes("x"), always),
          () => lake.get(path),
          () => lake.getRange(path, 0, 1),
          () => lake.delete(path),
        ]
      ) {
        assertEquals((await assertRejects(call, TrailsieveError)).code, "bug");
      }
    }
  });

  test("every call rejects with the reason of a signal and changes nothing", async (lake) => {
    await lake.put("f", bytes("x"), always);
    const reason = new Error("stop now");
    const signal = AbortSignal.abort(reason);
    for (
      const call of [
        () => lake.put("f", bytes("y"), { ...always, signal }),
        () => lake.get("f", { signal }),
        () => lake.getRange("f", 0, 1, { signal }),
        () => lake.delete("f", { signal }),
        () => collect(lake.list("", { signal })),
        () => lake.probe({ signal }),
      ]
    ) {
      assertEquals(await assertRejects(call), reason);
    }
    assertEquals((await lake.get("f"))?.bytes, bytes("x"));
    assertEquals((await collect(lake.list(""))).flat().map((file) => file.path), ["f"]);
  });

  test("probe() leaves nothing behind and url ends in a slash", async (lake) => {
    assert(lake.url.endsWith("/"));
    assertEquals((await collect(lake.list(""))).flat(), []);
  });
}
