import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrailsieveError } from "../core/errors.ts";
import type { ObjectRef, ReadGrant } from "../core/types.ts";
import { openSource } from "./mod.ts";
import type { KeyRange, Source } from "./mod.ts";
import { byteOrder, collect, drawKey, randomOf, readGrant } from "./testing.ts";

/** A place with a trail in it, as the suite needs it; keys are relative to the source's prefix. */
export interface SourceFixture extends AsyncDisposable {
  readonly url: string;
  /** A URL of the same kind where no bucket or folder is. */
  readonly missingUrl: string;
  readonly env: Readonly<Record<string, string>>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Keys that every kind of source can hold. */
const ODD_KEYS = [
  "a b.json",
  "a+b.json",
  "a%2Fb%20c%.json",
  "..a/...b/c..json",
  "é/ü/日本.json",
  "emoji \u{1F600}/\u{10FFFF}.json",
  "\uFB00.json",
  "line\nbreak\t\u0001\u007f.json",
  "quote\"'<>&#?=;:@!$()*[]{}|\\^`~.json",
  " leading and trailing ",
];

/** The tests that every Source must pass. */
export function testSource(name: string, setUp: () => Promise<SourceFixture>): void {
  const bytes = (text: string) => new TextEncoder().encode(text);

  const test = (
    title: string,
    body: (fixture: SourceFixture, source: Source) => Promise<void>,
  ) =>
    Deno.test(`${name}: ${title}`, async () => {
      await using fixture = await setUp();
      const requests = { list: 0, get: 0, put: 0 };
      const source = await openSource(fixture.url, { env: fixture.env, requests });
      try {
        await body(fixture, source);
      } finally {
        await source.close();
      }
    });

  const listKeys = async (source: Source, prefix = "", startAfter?: string): Promise<string[]> => {
    const options = startAfter === undefined ? {} : { startAfter: source.prefix + startAfter };
    const pages = await collect(source.list(source.prefix + prefix, options));
    return pages.flat().map((ref) => ref.key.slice(source.prefix.length));
  };

  /** Puts many keys, some at a time. */
  const putAll = async (fixture: SourceFixture, keys: readonly string[]): Promise<void> => {
    for (let i = 0; i < keys.length; i += 50) {
      await Promise.all(keys.slice(i, i + 50).map((key) => fixture.put(key, bytes(key))));
    }
  };

  const refOf = async (source: Source, key: string): Promise<ObjectRef> => {
    const ref = await source.head(source.prefix + key);
    assert(ref !== null);
    return ref;
  };

  test(
    "list() gives 2,300 keys in UTF-8 byte order, in pages of at most 1,000",
    async (fixture, source) => {
      const keys = Array.from({ length: 2300 }, (_, i) => {
        const suffix = ((i * 2654435761) % 4294967296).toString(36);
        return `AWSLogs/1/CloudTrail/eu-west-1/2026/01/01/1_${
          i % 2 ? suffix : suffix.toUpperCase()
        }.json.gz`;
      });
      for (const key of keys) await fixture.put(key, bytes(key));
      const pages = await collect(source.list(source.prefix));
      assert(pages.length >= 3 && pages.every((page) => page.length > 0 && page.length <= 1000));
      assertEquals(
        pages.flat().map((ref) => ref.key),
        [...new Set(keys)].map((key) => source.prefix + key).sort(byteOrder),
      );
    },
  );

  test("list() orders a-b before a/b and U+FB00 before U+1F600", async (fixture, source) => {
    const keys = [
      "a/b",
      "a-b",
      "a",
      "a0",
      "B",
      "a/\u{1F600}",
      "a/\uFB00",
      "a/b/c",
      "a/b-c",
      "a./x",
    ];
    // A folder cannot hold a file and a folder of one name.
    const possible = keys.filter((key) => !["a", "a/b"].includes(key));
    for (const key of possible) await fixture.put(key, bytes(key));
    assertEquals(await listKeys(source), possible.sort(byteOrder));
  });

  test("list(), head() and grant() agree on odd keys", async (fixture, source) => {
    for (const key of ODD_KEYS) await fixture.put(key, bytes(`content of ${key}`));
    const refs = (await collect(source.list(source.prefix))).flat();
    assertEquals(
      refs.map((ref) => ref.key),
      ODD_KEYS.map((key) => source.prefix + key).sort(byteOrder),
    );
    for (const ref of refs) {
      assertEquals(await source.head(ref.key), ref);
      const key = ref.key.slice(source.prefix.length);
      assertEquals(await readGrant(await source.grant(ref)), bytes(`content of ${key}`));
    }
  });

  test("list() leaves out keys up to and including startAfter", async (fixture, source) => {
    for (const key of ["d/1", "d/2", "d/20", "d/3/x", "d-", "e"]) {
      await fixture.put(key, bytes("x"));
    }
    assertEquals(await listKeys(source, "", "d/2"), ["d/20", "d/3/x", "e"]);
    assertEquals(await listKeys(source, "", "d/19"), ["d/2", "d/20", "d/3/x", "e"]);
    assertEquals(await listKeys(source, "", "d/"), ["d/1", "d/2", "d/20", "d/3/x", "e"]);
    assertEquals(await listKeys(source, "", "d/3/"), ["d/3/x", "e"]);
    assertEquals(await listKeys(source, "d/", "d/20"), ["d/3/x"]);
    assertEquals(await listKeys(source, "", "e"), []);
    assertEquals(await listKeys(source, "d/", "a"), ["d/1", "d/2", "d/20", "d/3/x"]);
  });

  test(
    "list() takes a prefix that ends inside a name, or that has no keys",
    async (fixture, source) => {
      for (const key of ["p/ab1", "p/ab2/x", "p/b", "q"]) await fixture.put(key, bytes("x"));
      assertEquals(await listKeys(source, "p/a"), ["p/ab1", "p/ab2/x"]);
      assertEquals(await listKeys(source, "nothing/here/"), []);
      assertEquals(await listKeys(source, "q/"), []);
      assertEquals(await collect(source.list(`${source.prefix}nothing/`)), []);
    },
  );

  test(
    "list() of random trees from random places equals a sorted model",
    async (fixture, source) => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const random = randomOf(seed);
      const keys = new Set<string>();
      for (let i = 0; i < 300; i++) keys.add(drawKey(random));
      for (const key of keys) await fixture.put(key, bytes("x"));
      const sorted = [...keys].sort(byteOrder);
      for (let i = 0; i < 20; i++) {
        const startAfter = i % 2 ? drawKey(random) : sorted[Math.floor(random() * sorted.length)];
        assertEquals(
          await listKeys(source, "", startAfter),
          sorted.filter((key) => byteOrder(key, startAfter) > 0),
          `seed ${seed}, startAfter ${JSON.stringify(startAfter)}`,
        );
      }
    },
  );

  test("list() ends before a key, and takes a page size", async (fixture, source) => {
    const keys = Array.from({ length: 30 }, (_, i) => `d/${String(i).padStart(2, "0")} +%é`);
    await putAll(fixture, [...keys, "c", "e"]);
    const range = { startAfter: `${source.prefix}d/07`, before: `${source.prefix}${keys[25]}` };
    for (const pageKeysMax of [1, 4, undefined]) {
      const pages = await collect(source.list(source.prefix, { ...range, pageKeysMax }));
      assert(pages.every((page) => page.length > 0 && page.length <= (pageKeysMax ?? 1000)));
      assertEquals(
        pages.flat().map((ref) => ref.key),
        keys.slice(7, 25).map((key) => source.prefix + key),
      );
    }
    const none = { before: `${source.prefix}c` };
    assertEquals((await collect(source.list(source.prefix, none))).flat(), []);
  });

  test("listLevel() gives objects and 1,200 prefixes in byte order", async (fixture, source) => {
    const prefixes = Array.from(
      { length: 1200 },
      (_, i) => `AWSLogs/${100000000000 + i * 7919}/`,
    );
    await putAll(fixture, prefixes.map((prefix) => `${prefix}CloudTrail/x.json`));
    await putAll(fixture, ["AWSLogs/file", "AWSLogs/other file", "other/file"]);
    const level = async (prefix: string, range: KeyRange = {}) => {
      const pages = await collect(source.listLevel(source.prefix + prefix, range));
      assert(pages.every((page) => page.refs.length + page.prefixes.length > 0));
      assert(pages.every((page) => page.refs.length + page.prefixes.length <= 1000));
      return [
        pages.flatMap((page) => page.refs.map((ref) => ref.key.slice(source.prefix.length))),
        pages.flatMap((page) => page.prefixes.map((one) => one.slice(source.prefix.length))),
      ];
    };
    assertEquals(await level("AWSLogs/"), [
      ["AWSLogs/file", "AWSLogs/other file"],
      prefixes.toSorted(byteOrder),
    ]);
    assertEquals(await level(""), [[], ["AWSLogs/", "other/"]]);
    assertEquals(await level("AWS"), [[], ["AWSLogs/"]]);
    assertEquals(await level("absent/"), [[], []]);
    const [first, second, third, fourth] = prefixes.toSorted(byteOrder);
    const range = {
      startAfter: `${source.prefix}${first.slice(0, -1)}0`,
      before: `${source.prefix}${fourth}`,
    };
    assertEquals(await level("AWSLogs/", range), [[], [second, third]]);
    const ref = (await collect(source.listLevel(`${source.prefix}AWSLogs/`))).flatMap((page) =>
      page.refs
    )[0];
    assertEquals(await source.head(ref.key), ref);
  });

  test("head() gives null for what is not there", async (fixture, source) => {
    await fixture.put("there", bytes("12345"));
    assertEquals((await refOf(source, "there")).size, 5);
    assertEquals(await source.head(`${source.prefix}absent`), null);
    assertEquals(await source.head(`${source.prefix}there/below`), null);
  });

  test("grant() of a replaced object refuses the new content", async (fixture, source) => {
    await fixture.put("log", bytes("first"));
    const before = await refOf(source, "log");
    // A folder's ETag has the modification time in ms.
    await new Promise((resolve) => setTimeout(resolve, 10));
    await fixture.put("log", bytes("other"));
    const after = await refOf(source, "log");
    assert(before.etag !== after.etag);
    assertEquals(await readGrant(await source.grant(before)), "changed");
    assertEquals(await readGrant(await source.grant(after)), bytes("other"));
  });

  test("grant() of an object that is gone says so when it is read", async (fixture, source) => {
    await fixture.put("log", bytes("first"));
    const ref = await refOf(source, "log");
    await fixture.remove("log");
    assertEquals(await readGrant(await source.grant(ref)), "gone");
  });

  test("grant() names host and kind that an isolate needs", async (fixture, source) => {
    await fixture.put("log", bytes("first"));
    const grant: ReadGrant = await source.grant(await refOf(source, "log"));
    if (grant.kind === "url") {
      const { hostname, port, protocol } = new URL(grant.url);
      assertEquals(source.host, `${hostname}:${port || (protocol === "http:" ? 80 : 443)}`);
    }
    if (grant.kind === "file") assertEquals(source.host, null);
    assertEquals(grant.kind === "file", source.kind === "file");
  });

  test(
    "url, prefix, uri() and scope are of one form with or without a final slash",
    async (fixture, source) => {
      assert(source.url.endsWith("/") && source.url === `${fixture.url.replace(/\/$/, "")}/`);
      assert(source.prefix.endsWith("/"));
      assertStringIncludes(source.uri(`${source.prefix}x`), "/x");
      const requests = { list: 0, get: 0, put: 0 };
      const again = await openSource(source.url, { env: fixture.env, requests });
      assertEquals([again.url, again.prefix, again.scope], [
        source.url,
        source.prefix,
        source.scope,
      ]);
      await again.close();
    },
  );

  test("list() and head() reject with the reason of a signal", async (fixture, source) => {
    await putAll(fixture, Array.from({ length: 1500 }, (_, i) => `k${i}`));
    const reason = new Error("stop now");
    const aborted = AbortSignal.abort(reason);
    for (
      const call of [
        () => collect(source.list(source.prefix, { signal: aborted })),
        () => collect(source.listLevel(source.prefix, { signal: aborted })),
        () => source.head(`${source.prefix}k1`, { signal: aborted }),
        () => source.grant({ key: `${source.prefix}k1`, etag: "x", size: 1 }, { signal: aborted }),
      ]
    ) {
      assertEquals(await assertRejects(call), reason);
    }
    const controller = new AbortController();
    const between = async () => {
      for await (const _ of source.list(source.prefix, { signal: controller.signal })) {
        controller.abort(reason);
      }
    };
    assertEquals(await assertRejects(between), reason);
  });

  Deno.test(`${name}: openSource() of what does not exist throws missing with a hint`, async () => {
    await using fixture = await setUp();
    const requests = { list: 0, get: 0, put: 0 };
    const error = await assertRejects(
      () => openSource(fixture.missingUrl, { env: fixture.env, requests }),
      TrailsieveError,
    );
    assertEquals([error.code, error.hint === undefined], ["missing", false]);
  });
}
