import { assert, assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { TrailsieveError } from "../core/errors.ts";
import { translateFileError } from "./_file_errors.ts";
import { openSource, type Source } from "./mod.ts";
import { testSource } from "./source_contract.ts";
import { collect, readGrant } from "./testing.ts";

testSource("openSource(file:)", async () => {
  const root = await Deno.makeTempDir({ prefix: "trailsieve source % " });
  return {
    url: pathToFileURL(root).href,
    missingUrl: pathToFileURL(`${root}/absent`).href,
    env: {},
    async put(key, bytes) {
      const path = `${root}/${key}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeFile(path, bytes);
    },
    remove: (key) => Deno.remove(`${root}/${key}`),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
});

/** Runs the body on a folder whose parent folder is there for everything else. */
function test(title: string, body: (root: string, parent: string) => Promise<void>): void {
  Deno.test(`openSource(file:): ${title}`, async () => {
    const parent = await Deno.realPath(await Deno.makeTempDir());
    try {
      await Deno.mkdir(`${parent}/trail`);
      await body(`${parent}/trail`, parent);
    } finally {
      await Deno.remove(parent, { recursive: true });
    }
  });
}

const open = (path: string): Promise<Source> =>
  openSource(pathToFileURL(path).href, { env: {}, requests: { list: 0, get: 0, put: 0 } });

const keysOf = async (source: Source): Promise<string[]> =>
  (await collect(source.list(source.prefix))).flat().map((ref) => ref.key);

test("uri() is the URL of a path, whatever its names", async (root) => {
  const source = await open(root);
  for (
    const rest of [
      "a/b-c_d.json.gz",
      "1/2",
      "a b",
      "a/../b",
      "./a",
      "a//b",
      ".a",
      "a/.b",
      "a/",
      "",
      "100%",
      "é",
      "a?b#c",
      "a~b",
    ]
  ) {
    const key = `${root}/${rest}`;
    assertEquals(source.uri(key), pathToFileURL(key).href);
  }
  assertEquals(source.uri("/elsewhere/a"), "file:///elsewhere/a");
});

test(
  "a folder that is a link is resolved once, links within are not followed",
  async (root, parent) => {
    await Deno.mkdir(`${root}/d`);
    await Deno.writeTextFile(`${root}/d/log`, "x");
    await Deno.writeTextFile(`${parent}/secret`, "x");
    await Deno.symlink(`${parent}/secret`, `${root}/file-link`);
    await Deno.symlink(parent, `${root}/folder-link`);
    await Deno.symlink("d", `${root}/inner-link`);
    await Deno.symlink("nowhere", `${root}/broken-link`);
    await Deno.symlink(root, `${parent}/link`);
    const source = await open(`${parent}/link`);
    assertEquals(source.url, `${pathToFileURL(`${parent}/link`).href}/`);
    assertEquals(await keysOf(source), [`${root}/d/log`]);
    assertEquals(
      (await collect(source.listLevel(source.prefix))).flatMap((page) => page.prefixes),
      [`${root}/d/`],
    );
    assertEquals(await source.head(`${root}/file-link`), null);
    // The same objects, whichever way they are found.
    const direct = await open(root);
    assertEquals([direct.scope, await keysOf(direct)], [source.scope, await keysOf(source)]);
  },
);

test("list() passes over pipes and gives files of odd sizes their size", async (root) => {
  await new Deno.Command("mkfifo", { args: [`${root}/pipe`] }).output();
  await Deno.writeTextFile(`${root}/empty`, "");
  await Deno.writeFile(`${root}/large`, new Uint8Array(1_000_003));
  const source = await open(root);
  const refs = (await collect(source.list(source.prefix))).flat();
  assertEquals(refs.map((ref) => [ref.key, ref.size]), [
    [`${root}/empty`, 0],
    [`${root}/large`, 1_000_003],
  ]);
});

test("a name that is no UTF-8 is listed and its grant says why it cannot be read", async (root) => {
  const script =
    `cd "$1" && printf x > "$(printf 'bad\\377')" && mkdir "$(printf 'dir\\376')" && ` +
    `printf x > "$(printf 'dir\\376/log')" && printf x > good && printf x > "real\ufffd"`;
  const made = await new Deno.Command("sh", { args: ["-c", script, "sh", root] }).output();
  assert(made.success, new TextDecoder().decode(made.stderr));
  const source = await open(root);
  const refs = (await collect(source.list(source.prefix))).flat();
  const names = refs.map((ref) => ref.key.slice(source.prefix.length));
  assertEquals(names, ["bad\ufffd", "dir\ufffd", "good", "real\ufffd"]);
  for (const ref of refs.slice(0, 2)) {
    const error = await assertRejects(() => source.grant(ref), TrailsieveError, "no UTF-8");
    assertEquals([error.code, error.advice], ["corrupt", "give_up"]);
  }
  for (const ref of refs.slice(2)) {
    assertEquals(await readGrant(await source.grant(ref)), new TextEncoder().encode("x"));
  }
});

test("list() of a folder that has gone throws missing", async (root) => {
  const source = await open(root);
  await Deno.remove(root);
  for (const call of [() => keysOf(source), () => collect(source.listLevel(source.prefix))]) {
    const error = await assertRejects(call, TrailsieveError, "Cannot list file:///");
    assertEquals([error.code, error.stage], ["missing", "list"]);
  }
  await Deno.mkdir(root);
});

test("list() of a folder that may not be entered names it", async (root) => {
  await Deno.mkdir(`${root}/closed`, { mode: 0o000 });
  const source = await open(root);
  // Root may enter every folder: there the system's refusal is made by hand.
  const error = Deno.uid() === 0
    ? translateFileError(
      Object.assign(new Error("Permission denied"), { code: "EACCES" }),
      { verb: "list", path: `${root}/closed/`, stage: "list" },
    )
    : await assertRejects(() => keysOf(source));
  assert(error instanceof TrailsieveError);
  assertEquals([error.code, error.object], ["denied", pathToFileURL(`${root}/closed/`).href]);
  assertEquals(error.hint, "Give the user that runs trailsieve access to it");
});

test("openSource() refuses a file and an address that is not local", async (root) => {
  await Deno.writeTextFile(`${root}/log`, "x");
  const noFolder = await assertRejects(() => open(`${root}/log`), TrailsieveError, "no folder");
  assertEquals(noFolder.code, "missing");
  const options = { env: {}, requests: { list: 0, get: 0, put: 0 } };
  for (const url of ["file://host/x", "file:///a%2Fb", "ftp://x/", "trail/"]) {
    const error = await assertRejects(() => openSource(url, options), TrailsieveError);
    assertEquals(error.code, "usage");
  }
});

test("list() goes on while files come and go", async (root) => {
  for (let i = 0; i < 2000; i++) await Deno.writeTextFile(`${root}/k${1000 + i}`, "x");
  const source = await open(root);
  const seen: string[] = [];
  for await (const page of source.list(source.prefix)) {
    seen.push(...page.map((ref) => ref.key));
    if (seen.length > 1000) continue;
    for (let i = 1500; i < 2000; i++) await Deno.remove(`${root}/k${1000 + i}`);
    await Deno.writeTextFile(`${root}/k0`, "x");
  }
  assertEquals(seen.length, 1500);
});
