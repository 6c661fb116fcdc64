import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../core/limits.ts";
import { classifyLevel } from "./classify_level.ts";

const ROOT = { prefix: "", sourcePrefix: "", objectCount: 0 };
const many = (count: number, name: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => name(i));

Deno.test("classifyLevel() takes folders of years for a dated base, in any region and partition", () => {
  for (
    const prefix of [
      "AWSLogs/111122223333/CloudTrail/us-east-1/",
      "o-a/AWSLogs/o-a/111122223333/CloudTrail-Digest/cn-north-1/",
      "AWSLogs/111122223333/Config/us-iso-east-1/",
      "copy/",
    ]
  ) {
    const children = [`${prefix}2025/`, `${prefix}2026/`];
    assertEquals(classifyLevel({ ...ROOT, prefix, children }), {
      isBase: true,
      folders: [],
      isFolder: false,
      isEndless: false,
    });
  }
});

Deno.test("classifyLevel() keeps looking at a level with more than years", () => {
  const beside = classifyLevel({ ...ROOT, children: ["2026/", "AWSLogs/"] });
  assertEquals([beside.isBase, beside.isFolder, beside.folders], [true, true, ["AWSLogs/"]]);
  const objects = classifyLevel({ ...ROOT, children: ["2026/"], objectCount: 1 });
  assertEquals([objects.isBase, objects.isFolder], [true, true]);
  const empty = classifyLevel({ ...ROOT, children: [] });
  assertEquals([empty.isBase, empty.isFolder, empty.isEndless], [false, true, false]);
});

Deno.test("classifyLevel() goes down to any number of accounts, but not of other folders", () => {
  const prefix = "AWSLogs/o-abc/";
  const accounts = many(5000, (i) => `${prefix}${100000000000 + i}/`);
  const found = classifyLevel({ ...ROOT, prefix, children: accounts });
  assert(!found.isEndless && found.folders.length === 5000);
  const others = (count: number) => many(count, (i) => `x${i}/`);
  assert(!classifyLevel({ ...ROOT, children: others(LIMITS.levelFoldersMax) }).isEndless);
  assert(classifyLevel({ ...ROOT, children: others(LIMITS.levelFoldersMax + 1) }).isEndless);
});

Deno.test("classifyLevel() ends at a depth that CloudTrail's layout never has", () => {
  const deep = many(LIMITS.levelDepthMax, (i) => `d${i}/`).join("");
  const child = (prefix: string) => ({ prefix, children: [`${prefix}x/`] });
  assert(classifyLevel({ ...ROOT, ...child(deep) }).isEndless);
  assert(!classifyLevel({ ...ROOT, ...child(deep), sourcePrefix: "d0/" }).isEndless);
  const layout = `${deep}AWSLogs/o-a/111122223333/CloudTrail/`;
  assert(!classifyLevel({ ...ROOT, ...child(layout) }).isEndless);
});
