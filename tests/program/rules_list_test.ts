/** `rules list`, `rules coverage` and what all the tools share. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runProgram } from "../support/program.ts";
import { inFolder, moduleRule, sigmaRule } from "../support/rule_folder.ts";

const FILES = {
  "rules/a.yml": sigmaRule("a", "DeleteThing"),
  "rules/b.rule.ts": moduleRule("b", "return true;"),
};
const OWN = ["--rules", "rules", "--no-bundled-rules"];

Deno.test("rules: every command has help, and what there is not is refused", async () => {
  await inFolder({}, async (cwd) => {
    const help = await runProgram(["rules", "--help"], { cwd });
    assertEquals(help.code, 0);
    for (const name of ["list", "lint", "test", "explain", "backtest", "coverage"]) {
      assertStringIncludes(help.stdout, `\n  ${name} `);
      const own = await runProgram(["rules", name, "--help"], { cwd });
      assertEquals(own.code, 0);
      assertStringIncludes(own.stdout, `Usage: main.ts rules ${name}`);
    }
    for (const args of [[], ["nothing"], ["list", "--nothing"], ["list", "extra"]]) {
      assertEquals((await runProgram(["rules", ...args], { cwd })).code, 2, args.join(" "));
    }
  });
});

Deno.test("rules list tells Sigma and TypeScript rules apart, and filters", async () => {
  await inFolder(FILES, async (cwd) => {
    const ids = async (...flags: string[]) => {
      const args = ["rules", "list", ...OWN, "--format", "json", ...flags];
      const { code, stdout, stderr } = await runProgram(args, { cwd });
      assertEquals(code, 0, stderr);
      return JSON.parse(stdout).map(({ id, kind, file }: Record<string, string>) =>
        [id, kind, file].join(" ")
      );
    };
    const [a, b] = ["a sigma rules/a.yml", "b typescript rules/b.rule.ts"];
    assertEquals((await ids()).sort(), [a, b]);
    assertEquals(await ids("--level", "high"), [b]);
    assertEquals(await ids("--tag", "t1485"), [a]);
    assertEquals(await ids("--tactic", "persistence"), [b]);
    // The Sigma rule asks for no event source, so it can match any.
    assertEquals(await ids("--event-source", "s3"), [a]);
  });
});

Deno.test("rules list goes on without a rule that cannot be loaded, names it and exits 1", async () => {
  const files = { ...FILES, "rules/c.rule.ts": "export default 1;", "rules/d.yml": "title: [" };
  await inFolder(files, async (cwd) => {
    const { code, stdout, stderr } = await runProgram(["rules", "list", ...OWN], { cwd });
    assertEquals(code, 1);
    assertEquals(stdout.trim().split("\n").length, 3);
    for (const name of ["c.rule.ts", "d.yml"]) assertStringIncludes(stderr, `error: rules/${name}`);
  });
});

Deno.test("rules coverage writes a Navigator layer and a table", async () => {
  await inFolder(FILES, async (cwd) => {
    const args = ["rules", "coverage", ...OWN];
    const layer = await runProgram([...args, "--output", "out/layer.json"], { cwd });
    assertEquals([layer.code, layer.stdout], [0, ""], layer.stderr);
    const { domain, versions, techniques } = JSON.parse(
      await Deno.readTextFile(`${cwd}/out/layer.json`),
    );
    assertEquals([domain, versions.layer], ["enterprise-attack", "4.5"]);
    assertEquals(
      techniques.map(({ techniqueID, score }: Record<string, unknown>) => [techniqueID, score]),
      [["T1098.003", 1], ["T1485", 1]],
    );
    const table = await runProgram([...args, "--format", "table"], { cwd });
    assert(/^impact +1 +1$/m.test(table.stdout), table.stdout);
    assert(/^discovery +0 +0$/m.test(table.stdout), table.stdout);
  });
});
