/** `deadletters` as a process: what was given up on is shown, put back to work, and dropped. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { openStore } from "../../store/mod.ts";
import { startTestPostgres } from "../store/_postgres.ts";
import { type ProgramEnd, runProgram } from "../support/program.ts";
import { assertIdentities, readReport, type Report } from "../support/report.ts";
import { rowsOf } from "../support/outcome.ts";

const postgres = await startTestPostgres();
Deno.test.afterAll(async () => await postgres?.[Symbol.asyncDispose]());

const RULE = `import { defineRule } from "trailsieve/rule";
export default defineRule({
  id: "watched", title: "Watched", level: "medium", description: "d", author: "a",
  tags: [], references: [], falsePositives: [],
  matches: (event) => event.get("eventName") === "Watched",
});
`;

function log(...ids: string[]): Uint8Array {
  const records = ids.map((id) =>
    id.startsWith("{") ? id : JSON.stringify({
      eventTime: "2026-11-20T10:00:00Z",
      eventSource: "test.amazonaws.com",
      eventName: "Watched",
      eventID: id,
    })
  );
  return gzipSync(`{"Records":[${records.join(",")}]}`);
}

/** A trail with a database of its own. */
class World {
  readonly folder: string;
  readonly #database: readonly string[];

  constructor(folder: string, database: string | null) {
    this.folder = folder;
    this.#database = database === null ? [] : ["--database", database];
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    return Deno.writeFile(`${this.folder}/trail/${name}`, bytes);
  }

  /** One pass. @returns its report, which adds up */
  async poll(code: number, ...flags: string[]): Promise<Report> {
    const before = (await rowsOf(`${this.folder}/data/lake`).catch(() => [])).length;
    const rules = ["--no-bundled-rules", "--rules", "rules", "--report", "report.json"];
    const alerts = flags.includes("--alert") ? [] : ["--alert", "file:./alerts.jsonl"];
    const end = await runProgram(
      [
        "poll",
        "--once",
        "--source",
        "file:./trail",
        ...rules,
        ...alerts,
        ...this.#database,
        ...flags,
      ],
      { cwd: this.folder, env: { TRAILSIEVE_WEBHOOK_URL: this.webhookUrl } },
    );
    assertEquals(end.code, code, end.stderr);
    const report = await readReport(`${this.folder}/report.json`);
    const after = (await rowsOf(`${this.folder}/data/lake`)).length;
    assertIdentities(report, after - before);
    return report;
  }

  webhookUrl = "http://127.0.0.1:9/";

  run(...args: string[]): Promise<ProgramEnd> {
    return runProgram(["deadletters", ...args, ...this.#database], { cwd: this.folder });
  }

  async list(...flags: string[]): Promise<Record<string, unknown>[]> {
    const end = await this.run("list", "--format", "json", ...flags);
    assertEquals(end.code, 0, end.stderr);
    return end.stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }
}

async function inWorld(database: string | null, run: (world: World) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/trail`);
    await Deno.mkdir(`${folder}/rules`);
    await Deno.writeTextFile(`${folder}/rules/watched.rule.ts`, RULE);
    await run(new World(folder, database));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A truncated object, a rejected record and an object that will be gone, beside a sound one. */
async function tendDeadLetters(world: World): Promise<void> {
  await world.write("a-good.json.gz", log("a"));
  await world.write("b-cut.json.gz", log("b").slice(0, -6));
  await world.write("c-odd.json.gz", log("c", '{"eventName":"no time","at":"\\u0007"}'));
  await world.write("d-gone.json.gz", log("d").slice(0, -6));
  assertEquals((await world.poll(1)).objects.dead, 2);

  const letters = await world.list();
  const of = (name: string) => letters.find(({ object }) => String(object).includes(name))!;
  const cut = of("b-cut");
  assertEquals(letters.length, 3);
  assertEquals(
    [cut.kind, cut.stage, cut.attempts, cut.record_index, cut.object],
    ["object", "gunzip", 1, null, `file://${world.folder}/trail/b-cut.json.gz`],
  );
  assertEquals([of("c-odd").kind, of("c-odd").record_index], ["record", 1]);
  assertEquals((await world.list("--kind", "record,part")).length, 1);
  assertEquals((await world.list("--prefix", "file:./trail/b", "--stage", "gunzip")).length, 1);
  assertEquals((await world.list("--since", "1h", "--limit", "2")).length, 2);
  const table = await world.run("list");
  assertMatch(table.stdout, /^id +at +kind +stage +attempts +what +reason\n/);
  assertStringIncludes(table.stdout, "c-odd.json.gz record 1");

  const shown = await world.run("show", String(of("c-odd").id));
  assertStringIncludes(shown.stdout, '{"eventName":"no time","at":"\\u0007"}');
  const whole = JSON.parse((await world.run("show", String(cut.id), "--format", "json")).stdout);
  assertEquals([whole.source, whole.alert, whole.record_text], [
    `file://${world.folder}/trail/`,
    null,
    null,
  ]);
  assert(whole.size > 0 && whole.etag !== null);
  const absent = await world.run("show", "999999");
  assertEquals([absent.code, absent.stdout], [1, ""]);

  // Nothing is mended: what is redriven is read again, and given up on again.
  assertEquals((await world.poll(0)).objects.unchanged, 4);
  const redriven = await world.run("redrive", String(cut.id), "999999");
  assertEquals([redriven.code, redriven.stdout], [
    1,
    "1 dead letter redriven: 1 object to be read again\n",
  ]);
  assertStringIncludes(redriven.stderr, "There is no dead letter 999999");
  const again = await world.poll(1);
  assertEquals([again.objects.listed, again.objects.unchanged, again.objects.dead], [4, 3, 1]);

  // One is gone, one was replaced by a sound version that a pass has read meanwhile.
  await Deno.remove(`${world.folder}/trail/d-gone.json.gz`);
  await world.write("b-cut.json.gz", log("b", "b-2"));
  assertEquals((await world.poll(0)).objects.done, 1);
  const all = await world.run("redrive", "--all");
  assertEquals([all.code, all.stdout], [
    0,
    "3 dead letters redriven: 3 objects to be read again\n",
  ]);
  assertEquals(await world.list(), []);
  const last = await world.poll(1);
  assertEquals([last.objects.skipped, last.objects.done, last.objects.dead], [2, 1, 0]);
  assertEquals([last.events.read, last.events.rejected, last.events.duplicates], [2, 1, 1]);
  assertEquals(last.alerts.raised, 0);

  const [left] = await world.list();
  assertEquals(left.kind, "record");
  const dropped = await world.run("drop", "--all", "--kind", "record");
  assertEquals([dropped.code, dropped.stdout], [0, "1 dead letter dropped\n"]);
  assertEquals(await world.list(), []);
  const clean = await world.poll(0);
  assertEquals([clean.objects.listed, clean.objects.unchanged], [3, 3]);
  const alerts = await Deno.readTextFile(`${world.folder}/alerts.jsonl`);
  assertEquals(alerts.trim().split("\n").length, 4);
}

// The tests below are on the embedded database, which opens in seconds; this one has many steps.
Deno.test("deadletters list, show, redrive and drop what was given up on", async () => {
  await inWorld(await postgres?.createEmptyDatabase() ?? null, tendDeadLetters);
});

Deno.test("deadletters redrive sends an alert again that a sink refused", async () => {
  let status = 400;
  const bodies: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      bodies.push(await request.text());
      return new Response(null, { status });
    },
  );
  await inWorld(null, async (world) => {
    world.webhookUrl = `http://127.0.0.1:${server.addr.port}/`;
    const webhook = ["--alert", "webhook"];
    await world.write("a.json.gz", log("a"));
    const refused = await world.poll(1, ...webhook);
    assertEquals([refused.alerts.raised, refused.alerts.undelivered], [1, 1]);
    const [letter] = await world.list();
    assertEquals([letter.kind, letter.stage, letter.sink, letter.object], [
      "delivery",
      "deliver",
      "webhook",
      null,
    ]);
    const shown = JSON.parse(
      (await world.run("show", String(letter.id), "--format", "json")).stdout,
    );
    assertEquals([shown.alert.event_id, shown.alert_id], ["a", shown.alert.alert_id]);
    assertEquals((await world.poll(0, ...webhook)).alerts.carried, 0);

    status = 200;
    const redriven = await world.run("redrive", "--all", "--kind", "delivery");
    assertEquals(redriven.stdout, "1 dead letter redriven: 1 alert to be sent again\n");
    const sent = await world.poll(0, ...webhook);
    assertEquals([sent.alerts.carried, sent.alerts.delivered, sent.alerts.undelivered], [1, 1, 0]);
    assertEquals(await world.list(), []);
    assertEquals(new Set(bodies).size, 1);
    assertEquals(bodies.length, 2);
  });
});

Deno.test("deadletters refuses what it cannot do, with the sentence that helps", async () => {
  await inWorld(null, async (world) => {
    const refusals: [string[], string][] = [
      [["redrive"], "the ids are missing"],
      [["redrive", "1", "--all"], "ids cannot stand beside --all"],
      [["drop", "--stage", "fetch"], "a filter needs --all"],
      [["redrive", "one"], '"one" is no id'],
      [["show"], "the id is missing"],
      [["list", "--kind", "objects"], '"objects" is none of object, record, part, delivery'],
      [["list", "--prefix", "AWSLogs/"], "begins with neither"],
      [["redo"], "There is no command"],
    ];
    for (const [args, says] of refusals) {
      const end = await world.run(...args);
      assertEquals([end.code, end.stdout], [2, ""], args.join(" "));
      assertStringIncludes(end.stderr, says);
    }
    const absent = await world.run("list");
    assertEquals([absent.code, absent.stdout], [3, ""]);
    assertStringIncludes(absent.stderr, "does not exist");
    assertStringIncludes(absent.stderr, "--database");

    await using _holder = await openStore({ url: `pglite:${world.folder}/data/state` });
    const locked = await world.run("list");
    assertEquals([locked.code, locked.stdout], [3, ""]);
    assertStringIncludes(locked.stderr, "another process uses it");
  });
});
