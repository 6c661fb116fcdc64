import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { TrailsieveError } from "../core/errors.ts";
import { compileRules } from "./compile.ts";
import { Event } from "./event.ts";
import { readRuleFolders } from "./load_rules.ts";
import { problemOfRule } from "./module_rule.ts";
import { recordFieldsFromText } from "./record_fields.ts";

const sigma = (id: string) =>
  `title: ${id}\nid: ${id}\nlogsource: {product: aws, service: cloudtrail}\n` +
  `detection: {s: {eventName: x}, condition: s}\n`;
const module = (id: string, more = "") => `
import { defineRule } from "trailsieve/rule";
import { wanted } from "./lib.ts";
export default defineRule({
  id: "${id}", title: "T", level: "low", description: "", author: "", tags: [], references: [],
  falsePositives: [], matches: (event) => event.get("eventName") === wanted, ${more}
});`;

async function withFolder(
  files: Record<string, string>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      const at = `${folder}/${path}`;
      await Deno.mkdir(at.slice(0, at.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(at, text);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readRuleFolders() finds rules of both kinds at any depth, in a stable order", async () => {
  const files = {
    "b/two.yaml": sigma("two"),
    "a.yml": sigma("one"),
    "c/d/e.rule.ts": module("mod"),
    "c/d/lib.ts": 'export const wanted = "x";',
    "c/d/e.cases.json": "not even JSON",
    "c/d/e_test.ts": "not even TypeScript",
    ".hidden/x.yml": "title: [",
    "readme.md": "# words",
  };
  await withFolder(files, async (folder) => {
    const set = await readRuleFolders([`${folder}/`]);
    assertEquals(set.problems, []);
    assertEquals(set.specs.map((spec) => spec.file.slice(folder.length)), [
      "/c/d/e.rule.ts",
      "/a.yml",
      "/b/two.yaml",
    ]);
    const detector = await compileRules(structuredClone(set.specs));
    assertEquals(detector.problems, []);
    const event = new Event(recordFieldsFromText('{"eventName":"x"}'));
    const found: string[] = [];
    detector.evaluate(event, (rule) => found.push(rule.id), () => {});
    assertEquals(found, ["mod", "one", "two"]);
  });
});

Deno.test("readRuleFolders() hashes what the files say, not what they are called", async () => {
  const hashOf = async (files: Record<string, string>) => {
    let hash = "";
    await withFolder(files, async (folder) => {
      hash = (await readRuleFolders([folder])).hash;
    });
    return hash;
  };
  const one = await hashOf({ "a.yml": sigma("a"), "b.yml": sigma("b"), "x.md": "1" });
  assertMatch(one, /^[0-9a-f]{64}$/);
  assertEquals(await hashOf({ "z/b.yml": sigma("a"), "a.yml": sigma("b") }), one);
  assert(await hashOf({ "a.yml": sigma("a") }) !== one);
  assert(await hashOf({ "a.yml": sigma("a"), "b.yml": sigma("c") }) !== one);
  const withLib = (text: string) => hashOf({ "e.rule.ts": module("mod"), "lib.ts": text });
  assert(await withLib("export const wanted = 1;") !== await withLib("export const wanted = 2;"));
});

Deno.test("readRuleFolders() refuses a file of 10 MB without reading it", async () => {
  await withFolder(
    { "big.yml": "#".repeat(10 * 1024 * 1024), "a.yml": sigma("a") },
    async (folder) => {
      const set = await readRuleFolders([folder]);
      assertEquals(set.specs.length, 1);
      assertMatch(set.problems[0].reason, /its 10485760 bytes are more than 1048576/);
      assertEquals(set.problems[0].file, `${folder}/big.yml`);
    },
  );
});

Deno.test("readRuleFolders() reports a file that is not UTF-8", async () => {
  await withFolder({ "a.yml": "" }, async (folder) => {
    await Deno.writeFile(`${folder}/a.yml`, new Uint8Array([0x74, 0xff, 0xfe]));
    const { problems } = await readRuleFolders([folder]);
    assertEquals(problems.map(({ reason }) => reason), ["Cannot read rule file: it is not UTF-8"]);
  });
});

Deno.test("readRuleFolders() follows links, and a loop of folders once", async () => {
  await withFolder({ "real/a.yml": sigma("a"), "rules/b.yml": sigma("b") }, async (folder) => {
    await Deno.symlink(`${folder}/real/a.yml`, `${folder}/rules/linked.yml`);
    await Deno.symlink(`${folder}/rules`, `${folder}/rules/loop`);
    const set = await readRuleFolders([`${folder}/rules`]);
    assertEquals(set.problems, []);
    assertEquals(set.specs.length, 2);
  });
});

Deno.test("readRuleFolders() rejects a folder that does not exist or is none", async () => {
  await withFolder({ "a.yml": sigma("a") }, async (folder) => {
    const missing = await assertRejects(() => readRuleFolders([`${folder}/nope`]), TrailsieveError);
    assertEquals(missing.code, "usage");
    assertMatch(missing.message, /nope: it does not exist$/);
    await assertRejects(() => readRuleFolders([`${folder}/a.yml`]), TrailsieveError, "no folder");
    await Deno.symlink(`${folder}/gone`, `${folder}/broken.yml`);
    const broken = await assertRejects(() => readRuleFolders([folder]), TrailsieveError);
    assertMatch(broken.message, /broken\.yml: it does not exist$/);
  });
});

Deno.test("readRuleFolders() stops when its signal fires", async () => {
  await withFolder({ "a.yml": sigma("a") }, async (folder) => {
    const signal = AbortSignal.abort(new Error("enough"));
    await assertRejects(() => readRuleFolders([folder], { signal }), Error, "enough");
  });
});

Deno.test("compileRules() lists modules that fail, with file and reason, and loads the others", async () => {
  const files = {
    "lib.ts": 'export const wanted = "x";',
    "a.rule.ts": module("same"),
    "b.rule.ts": module("same"),
    "c.rule.ts": "throw new Error('no');",
    "d.rule.ts": "export const rule = 1;",
    "e.rule.ts": module("e", 'level: "dire" as never,'),
    "f.rule.ts": "this is no code",
    "g.yml": sigma("same"),
    "h.yml": sigma("h"),
  };
  await withFolder(files, async (folder) => {
    const set = await readRuleFolders([folder]);
    const detector = await compileRules(set.specs);
    assertEquals(detector.rules.map(({ id }) => id), ["same", "h"]);
    assertEquals(detector.problems.map(({ file }) => file.slice(folder.length + 1)), [
      "b.rule.ts",
      "c.rule.ts",
      "d.rule.ts",
      "e.rule.ts",
      "f.rule.ts",
      "g.yml",
    ]);
    const [b, c, d, e] = detector.problems.map(({ reason }) => reason);
    assertMatch(b, /rule id `same` twice: .*a\.rule\.ts has it already/);
    assertMatch(c, /Cannot load rule file:\/\/.*c\.rule\.ts: no/);
    assertMatch(d, /it has no default export/);
    assertMatch(e, /`level` is none of/);
  });
});

Deno.test("compileRules() imports modules with what it is given", async () => {
  const urls: string[] = [];
  const detector = await compileRules([{ kind: "module", url: "file:///x.rule.ts", file: "x" }], {
    importModule: (url) => {
      urls.push(url);
      return Promise.resolve({ default: null });
    },
  });
  assertEquals(urls, ["file:///x.rule.ts"]);
  assertMatch(detector.problems[0].reason, /its default export is no rule/);
});

const good = {
  id: "a",
  title: "A",
  level: "low",
  description: "",
  author: "",
  tags: [],
  references: [],
  falsePositives: [],
  matches: () => true,
};

Deno.test("problemOfRule() accepts a rule and names the field of one that is none", () => {
  assertEquals(problemOfRule(good), null);
  assertEquals(problemOfRule({ ...good, eventNames: ["x"], alertTitle: () => "" }), null);
  const wrong: readonly (readonly [string, unknown])[] = [
    ["id", ""],
    ["id", 5],
    ["id", "a\nb"],
    ["title", " "],
    ["level", "severe"],
    ["description", undefined],
    ["author", null],
    ["tags", "x"],
    ["references", [1]],
    ["falsePositives", undefined],
    ["eventSources", []],
    ["eventNames", "x"],
    ["matches", true],
    ["alertTitle", "x"],
    ["dedupKey", {}],
  ];
  for (const [name, value] of wrong) {
    const problem = problemOfRule({ ...good, [name]: value });
    assert(problem?.includes(`\`${name}\``), `${name}: ${problem}`);
  }
});
