/** Holds the import rule: one way, through doors, each package in its room (ARCHITECTURE.md, "Rooms"). */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../", import.meta.url).href;

/** Rooms that a room may import; a room may always import itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  std: [],
  core: [],
  objects: ["core", "std"],
  store: ["core", "std", "migrations"],
  migrations: ["core"],
  kernel: [],
  parquet: ["core", "std", "kernel"],
  detection: ["core", "std"],
  alerts: ["core", "std"],
  rules: ["detection"],
  generator: ["core", "std"],
  emulator: ["core", "std"],
  workers: ["core", "std", "kernel", "parquet", "detection"],
  coordinator: ["core", "std", "objects", "store", "parquet", "detection", "alerts", "workers"],
  athena: ["core", "std", "parquet"],
  lake: ["core", "std", "parquet", "objects", "store"],
  metrics: ["core", "coordinator"],
  commands: [
    "core",
    "athena",
    "bench",
    "std",
    "coordinator",
    "metrics",
    "lake",
    "generator",
    "emulator",
    "objects",
  ],
  "main.ts": ["core", "commands"],
};

/** The rooms that each third-party package is for; tests and benches may use any. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@aws-sdk/client-s3": ["objects"],
  "@aws-sdk/client-sqs": ["objects"],
  "@aws-sdk/s3-request-presigner": ["objects"],
  "@duckdb/node-api": ["lake"],
  "@electric-sql/pglite": ["store"],
  "@electric-sql/pglite-prepopulatedfs": ["store"],
  "@logtape/logtape": ["core"],
  "assemblyscript": ["kernel"],
  "hyparquet": ["parquet"],
  "hyparquet-writer": ["parquet"],
  "kysely": ["store", "migrations"],
  "pg": ["store"],
  "pg-boss": ["store", "migrations"],
  "prom-client": ["metrics"],
  "yaml": ["detection"],
};

/** Files that others may name although they are no door: rules are found, not imported, and core has no door. */
const OPEN_ROOMS = new Set(["core", "std", "migrations"]);

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
  }[];
}

async function projectFiles(): Promise<string[]> {
  const files: string[] = [];
  const visit = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
      if (isDirectory && !/^(\.|data$|node_modules$|tests$|bench$|docs$|deploy$)/.test(name)) {
        await visit(`${folder}${name}/`);
      } else if (
        /\.ts$/.test(name) && !/(_test|_bench|testing\w*|_contract|_random)\.ts$/.test(name)
      ) {
        files.push(`${folder}${name}`);
      }
    }
  };
  await visit("./");
  return files.map((file) => file.slice(2));
}

async function moduleGraph(files: readonly string[]): Promise<Map<string, Module>> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      entry,
      files.map((file) => `import ${JSON.stringify(`${ROOT}${file}`)};`).join("\n"),
    );
    const config = fileURLToPath(new URL("deno.json", ROOT));
    const { stdout, code } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", config, entry],
      stdout: "piped",
      stderr: "inherit",
    }).output();
    assertEquals(code, 0);
    const graph: { modules: Module[] } = JSON.parse(new TextDecoder().decode(stdout));
    return new Map(
      graph.modules.filter(({ specifier }) => specifier.startsWith(ROOT)).map((
        m,
      ) => [m.specifier.slice(ROOT.length), m]),
    );
  } finally {
    await Deno.remove(entry);
  }
}

function roomOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : path;
}

/** `kysely` for `kysely/migration`. */
function packageOf(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

const files = await projectFiles();
const graph = await moduleGraph(files);

/** Every import of a project file: from, to (a project path, or a bare package name). */
function* imports(): Generator<
  { readonly from: string; readonly to: string; readonly isPackage: boolean }
> {
  for (const from of files) {
    const module = graph.get(from);
    assert(module !== undefined, `deno info does not know ${from}`);
    for (const { specifier, code, type } of module.dependencies ?? []) {
      const target = code?.specifier ?? type?.specifier;
      if (target?.startsWith(ROOT)) yield { from, to: target.slice(ROOT.length), isPackage: false };
      else if (!specifier.startsWith("node:")) yield { from, to: specifier, isPackage: true };
    }
  }
}

Deno.test("every room imports only what it may", () => {
  const wrong: string[] = [];
  for (const { from, to, isPackage } of imports()) {
    const [room, other] = [roomOf(from), roomOf(to)];
    if (isPackage || room === other) continue;
    if (!ALLOWED[room]?.includes(other)) wrong.push(`${from} imports ${to}`);
  }
  assertEquals(wrong, []);
});

Deno.test("rooms are entered through their doors", () => {
  const wrong: string[] = [];
  for (const { from, to, isPackage } of imports()) {
    const [room, other] = [roomOf(from), roomOf(to)];
    if (isPackage || room === other || OPEN_ROOMS.has(other)) continue;
    const isDoor = to === `${other}/mod.ts` || (room === "rules" && to === "detection/rule.ts") ||
      // The isolates give rules their one import before they ask for it.
      (/^workers\/(shard|rule)_isolate\.ts$/.test(from) && to === "detection/rule.ts") ||
      room === "main.ts";
    if (!isDoor) wrong.push(`${from} imports ${to}`);
  }
  assertEquals(wrong, []);
});

Deno.test("each package is imported in its room alone", () => {
  const wrong: string[] = [];
  for (const { from, to, isPackage } of imports()) {
    if (isPackage && !PACKAGES[packageOf(to)]?.includes(roomOf(from))) {
      wrong.push(`${from} imports ${to}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("isolates load neither the AWS SDK nor a database nor YAML", async () => {
  const isolates = await moduleGraph([
    "workers/shard_isolate.ts",
    "workers/rule_isolate.ts",
    "workers/compact_isolate.ts",
  ]);
  const rooms = new Set([...isolates.keys()].map(roomOf));
  for (const room of ["objects", "store", "alerts", "coordinator", "commands"]) {
    assert(!rooms.has(room), room);
  }
});

Deno.test("only main.ts reads arguments, environment and signals", async () => {
  const wrong: string[] = [];
  for (const file of files) {
    if (file === "main.ts" || file === "commands/signals.ts" || file === "emulator/main.ts") {
      continue;
    }
    const text = await Deno.readTextFile(new URL(file, ROOT));
    if (/\bDeno\.(env|args|addSignalListener)\b|\bprocess\.(env|argv|on)\b/.test(text)) {
      wrong.push(file);
    }
  }
  assertEquals(wrong, []);
});
