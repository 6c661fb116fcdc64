/** The queries in documents run on a lake that the program made. */
import { assert, assertEquals } from "@std/assert";
import { runQuery } from "../../lake/mod.ts";
import { runProgram } from "../support/program.ts";
import { writeTrail } from "../support/trail.ts";
import { codeBlocks, readDocuments, taskCommands } from "./_documents.ts";

const queries = readDocuments().flatMap(({ text }) =>
  codeBlocks(text).flatMap(({ code }) => taskCommands(code))
    .filter(([task]) => task === "query").map((words) => words.find((word) => /\s/.test(word))!)
);

Deno.test("queries in documents run, and each finds something", async () => {
  assert(queries.length > 0);
  const folder = await Deno.makeTempDir({ prefix: "trailsieve-docs-" });
  try {
    // The demo's seed, whose stories the examples ask for.
    await writeTrail(`${folder}/trail`, { seed: 7, events: 3000 });
    const flags = ["--once", "--source", "file:./trail", "--lake", "file:./lake"];
    const more = ["--alert", "file:./alerts.jsonl", "--workers", "1", "--log-level", "error"];
    const end = await runProgram(["poll", ...flags, ...more], { cwd: folder });
    assertEquals(end.code, 0, end.stderr);
    for (const sql of queries) {
      let text = "";
      const { rows } = await runQuery({
        lakeUrl: `file://${folder}/lake/`,
        sql,
        format: "json",
        env: {},
        width: 80,
        write: (piece) => void (text += piece),
      });
      assert(rows > 0 && text !== "", sql);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
