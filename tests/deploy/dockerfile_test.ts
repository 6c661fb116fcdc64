import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isIgnored, listContext, readDockerfile, readExecForm } from "./read_dockerfile.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const DOCKERFILE = await Deno.readTextFile(`${ROOT}/Dockerfile`);
const IGNORE = await Deno.readTextFile(`${ROOT}/.dockerignore`);
const INSTRUCTIONS = readDockerfile(DOCKERFILE);

Deno.test("isIgnored() lets the last pattern decide, for folders and what is in them", () => {
  const patterns = "*\n# comment\n!src\n!a.json\n**/*_test.ts\n";
  for (const path of ["README.md", ".git", ".git/HEAD", "src/x_test.ts", "src/deep/x_test.ts"]) {
    assert(isIgnored(patterns, path), path);
  }
  for (const path of ["src", "src/x.ts", "src/deep/x_tests.ts", "a.json"]) {
    assert(!isIgnored(patterns, path), path);
  }
});

Deno.test(".dockerignore lets in what the program needs and nothing else", async () => {
  const files = await listContext(ROOT, IGNORE);
  for (const file of ["main.ts", "deno.json", "deno.lock", "LICENSE", "commands/poll.ts"]) {
    assert(files.includes(file), `${file} is missing`);
  }
  assert(files.some((file) => /^rules\/aws\/.*\.rule\.ts$/.test(file)), "the rule pack is missing");
  const unwanted = files.filter((file) =>
    /_test\.ts$|(^|\/)\.(?!github)|^(tests|data|docs|deploy)\//.test(file)
  );
  assertEquals(unwanted, []);
  for (const line of IGNORE.split("\n").filter((line) => line.startsWith("!"))) {
    await Deno.stat(`${ROOT}/${line.slice(1)}`);
  }
});

Deno.test("Dockerfile uses one exact Deno version, that of .ci/run", async () => {
  const [from] = INSTRUCTIONS;
  const [, version] = /^denoland\/deno:(\d+\.\d+\.\d+)$/.exec(from.text) ?? [];
  assertEquals(from.name, "FROM");
  assertStringIncludes(await Deno.readTextFile(`${ROOT}/.ci/run`), `DENO_VERSION=${version}\n`);
});

Deno.test("Dockerfile drops root before anything of the program runs", () => {
  const names = INSTRUCTIONS.map((instruction) => instruction.name);
  const user = names.indexOf("USER");
  assertEquals(INSTRUCTIONS[user]?.text, "deno");
  assert(user < names.indexOf("ENTRYPOINT") && names.lastIndexOf("USER") === user);
  for (const { name, text } of INSTRUCTIONS.slice(0, user)) {
    if (name === "RUN") assertMatch(text, /^install --directory /);
  }
});

Deno.test("Dockerfile starts deno itself, which fetches nothing, asks nothing and starts no process", () => {
  const entrypoint = readExecForm(INSTRUCTIONS, "ENTRYPOINT");
  assertEquals(entrypoint.slice(0, 2), ["deno", "run"]);
  assertEquals(entrypoint.at(-1), "/app/main.ts");
  for (const flag of ["--cached-only", "--no-prompt"]) assert(entrypoint.includes(flag), flag);
  for (const flag of ["-A", "--allow-all", "--allow-run", "--allow-ffi"]) {
    assert(!entrypoint.some((part) => part.split("=")[0] === flag), flag);
  }
  readExecForm(INSTRUCTIONS, "CMD");
});
