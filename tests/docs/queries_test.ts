/** The queries in documents run on a lake that the program made. */
import { assert, assertEquals } from "@std/assert";
import { bindParameters, findNamedQuery, listNamedQueries, runQuery } from "../../lake/mod.ts";
import { runProgram } from "../support/program.ts";
import { writeTrail } from "../support/trail.ts";
import { codeBlocks, readDocuments, readText, tableRows, taskCommands } from "./_documents.ts";

interface Asked {
  /** SQL, or a query's name. */
  readonly text: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const queries = readDocuments().flatMap(({ text }) =>
  codeBlocks(text).flatMap(({ code }) => taskCommands(code))
    .filter(([task, ...words]) => task === "query" && !words.includes("--list")).map(asked)
);

function asked([, ...words]: readonly string[]): Asked {
  const parameters = words.flatMap((word, i) => words[i - 1] === "--param" ? [word] : []);
  const [text] = words.filter((word, i) =>
    !word.startsWith("--") && !words[i - 1]?.startsWith("--")
  );
  return {
    text,
    parameters: new Map(
      parameters.map((word) => /^([^=]+)=(.*)$/s.exec(word)!.slice(1) as [string, string]),
    ),
  };
}

Deno.test("docs/query.md shows each named query, with its question, and an example", async () => {
  const named = await listNamedQueries();
  const rows = tableRows(readText("docs/query.md"));
  for (const { name, title, parameters } of named) {
    const row = rows.find(([cell]) => cell === `\`${name}\``);
    assertEquals(row?.[1], title, name);
    const listed = [...row![2].matchAll(/`([^`]+)`/g)].map((match) => match[1]);
    assertEquals(listed, parameters.map(({ name }) => name), name);
    assert(queries.some(({ text }) => text === name), `${name} has no example`);
  }
});

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
    for (const { text: asked, parameters } of queries) {
      const named = await findNamedQuery(asked);
      let text = "";
      const { rows } = await runQuery({
        lakeUrl: `file://${folder}/lake/`,
        sql: named?.sql ?? asked,
        variables: named === null ? undefined : bindParameters(named, parameters, Date.now()),
        format: "json",
        env: {},
        width: 80,
        write: (piece) => void (text += piece),
      });
      assert(rows > 0 && text !== "", asked);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
