/** What documents point to is there. */
import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { prose, readDocuments, readText, ROOT } from "./_documents.ts";

const documents = readDocuments();

/** The names under which GitHub links to a document's headings. */
function anchorsOf(text: string): Set<string> {
  return new Set(
    [...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
    ),
  );
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

for (const { path, text } of documents) {
  Deno.test(`${path}: its links lead somewhere`, () => {
    const wrong: string[] = [];
    for (const [, target] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https:\/\//.test(target)) continue;
      const [file, anchor] = target.split("#");
      const linked = file === "" ? path : join(dirname(path), file);
      if (!exists(`${ROOT}${linked}`)) wrong.push(target);
      else if (anchor !== undefined && !anchorsOf(readText(linked)).has(anchor)) wrong.push(target);
    }
    assertEquals(wrong, []);
  });

  Deno.test(`${path}: the files that it names are there`, () => {
    const rooms = /^(\.ci|alerts|bench|commands|coordinator|core|deploy|detection|docs|emulator)\//;
    const more = /^(generator|lake|migrations|objects|parquet|rules|std|store|tests|workers)\//;
    const wrong = [...prose(text).matchAll(/`([\w./-]+)`/g)].map(([, name]) => name)
      .filter((name) => (rooms.test(name) || more.test(name)) && !/NAME/.test(name))
      .filter((name) => !exists(`${ROOT}${name}`));
    assertEquals(wrong, []);
  });
}

Deno.test("README.md leads to every other document", () => {
  const readme = documents.find(({ path }) => path === "README.md");
  assert(readme !== undefined);
  const missing = documents.map(({ path }) => path)
    .filter((path) => path !== "README.md" && !readme.text.includes(`](${path})`));
  assertEquals(missing, []);
});
