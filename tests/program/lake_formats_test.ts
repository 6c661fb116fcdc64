/** The lake's formats and cadences as a process writes them: the same rows in each, also after a change. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { cp } from "node:fs/promises";
import { parseLakeFilePath } from "../../core/lake_paths.ts";
import { runQuery } from "../../lake/mod.ts";
import { runProgram } from "../support/program.ts";
import { alertsOf, rowsOf } from "../support/outcome.ts";
import { assertIdentities, readReport } from "../support/report.ts";
import { writeTrail } from "../support/trail.ts";
import { walk } from "../support/walk.ts";

async function poll(folder: string, ...flags: readonly string[]) {
  const all = ["--once", "--source", "file:./trail", "--alert", "file:./alerts.jsonl"];
  const end = await runProgram(
    ["poll", ...all, "--report", "report.json", "--workers", "2", ...flags],
    { cwd: folder },
  );
  return end;
}

/** Paths of a lake's files below a dataset, sorted. */
async function filesOf(folder: string, dataset: string): Promise<string[]> {
  const lake = `${folder}/data/lake/`;
  const paths = await Array.fromAsync(walk(`${lake}${dataset}`), (path) => path.slice(lake.length));
  return paths.sort();
}

async function query(folder: string, sql: string): Promise<Record<string, unknown>[]> {
  let text = "";
  await runQuery({
    lakeUrl: `file://${folder}/data/lake`,
    sql,
    format: "json",
    env: {},
    width: 80,
    write: (piece) => void (text += piece),
  });
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

const CALLS =
  "SELECT event_name, sum(event_count)::INTEGER AS calls, min(first_event_time) AS first " +
  "FROM activity GROUP BY ALL ORDER BY ALL";
const FACTS =
  "SELECT count(*) AS rows, count(DISTINCT event_id) AS ids, min(event_time) AS first, " +
  "sum(length(source_object)) AS sources, count(json_extract_string(user_identity, '$.type')) AS types, " +
  "count(read_only) AS flags FROM events";

Deno.test("poll writes the same rows in every format and cadence, and query reads them", async () => {
  const top = await Deno.makeTempDir();
  try {
    const folders = [`${top}/a`, `${top}/b`];
    for (const folder of folders) await Deno.mkdir(folder);
    await writeTrail(`${top}/a/trail`, { seed: 5, events: 2000, days: 2 });
    await cp(`${top}/a/trail`, `${top}/b/trail`, { recursive: true });

    const [hourly, daily] = await Promise.all([
      poll(folders[0]),
      poll(folders[1], "--lake-format", "jsonl", "--lake-cadence", "daily"),
    ]);
    assert(hourly.code <= 1 && daily.code === hourly.code, daily.stderr);
    const rows = await rowsOf(`${folders[0]}/data/lake`);
    assertEquals(await rowsOf(`${folders[1]}/data/lake`), rows);
    assertIdentities(await readReport(`${folders[1]}/report.json`), rows.length);
    assertEquals(
      await alertsOf(`${folders[1]}/alerts.jsonl`),
      await alertsOf(`${folders[0]}/alerts.jsonl`),
    );

    const files = await filesOf(folders[1], "events");
    assert(files.length >= 2 && files.length <= 4, files.join());
    for (const path of files) {
      const file = parseLakeFilePath(path);
      assertEquals([file?.period, file?.format, file?.index], ["day", "jsonl", 0], path);
      // Any JSON reader does.
      const text = new TextDecoder().decode(
        gunzipSync(await Deno.readFile(`${folders[1]}/data/lake/${path}`)),
      );
      const times = text.trimEnd().split("\n").map((line) => JSON.parse(line).event_time);
      assertEquals(times, times.toSorted());
      assert(times.every((time) => path.includes(time.slice(0, 10))));
    }
    assertEquals(
      (await filesOf(folders[1], "activity")).map((path) => path.replaceAll("activity", "events")),
      files,
    );
    const [factsOfHourly] = await query(folders[0], FACTS);
    assertEquals(Number(factsOfHourly.rows), rows.length);
    const bySource = ({ sources: _, ...facts }: Record<string, unknown>) => facts;
    assertEquals(bySource((await query(folders[1], FACTS))[0]), bySource(factsOfHourly));
    assertEquals(await query(folders[1], CALLS), await query(folders[0], CALLS));
    const perHour = "SELECT date_trunc('hour', first_event_time) AS hour, count(*) AS rows, " +
      "sum(event_count)::INTEGER AS calls FROM activity GROUP BY ALL ORDER BY ALL";
    assertEquals(await query(folders[1], perHour), await query(folders[0], perHour));
  } finally {
    await Deno.remove(top, { recursive: true });
  }
});

Deno.test("poll --change-cadence holds for days without files, late events included", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writeTrail(`${folder}/all`, { seed: 6, events: 1500, days: 3 });
    const objects = (await Array.fromAsync(walk(`${folder}/all`))).sort();
    const days = [
      ...new Set(objects.map((path) => /\/(\d{4}\/\d\d\/\d\d)\//.exec(path)?.[1] ?? "")),
    ].sort();
    const isOf = (path: string, dayCount: number) =>
      days.slice(0, dayCount).some((day) => path.includes(`/${day}/`));
    const deliver = async (chosen: readonly string[]) => {
      for (const path of chosen) {
        const target = path.replace(`${folder}/all`, `${folder}/trail`);
        await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
        await Deno.copyFile(path, target);
      }
    };
    // Every other object of the first days, then everything: late events of days with hourly files.
    await deliver(objects.filter((path, i) => i % 2 === 0 && isOf(path, days.length - 2)));
    assert((await poll(folder, "--lake-format", "jsonl")).code <= 1);
    const hourlyDays = new Set((await filesOf(folder, "events")).map((path) => path.slice(7, 17)));

    const other = await poll(folder, "--lake-format", "jsonl", "--lake-cadence", "daily");
    assertEquals(other.code, 2);
    assertStringIncludes(other.stderr, "--change-cadence");

    await deliver(objects);
    const daily = ["--lake-format", "jsonl", "--lake-cadence", "daily"];
    assert((await poll(folder, ...daily, "--change-cadence")).code <= 1);
    const files = (await filesOf(folder, "events")).map((path) => parseLakeFilePath(path));
    const startsOf = (period: string) =>
      new Set(
        files.filter((file) => file!.period === period).map((file) =>
          new Date(file!.startMs).toISOString().slice(0, 10).replaceAll("-", "/")
        ),
      );
    assertEquals(startsOf("hour"), hourlyDays);
    assert(startsOf("day").size > 0 && startsOf("day").isDisjointFrom(hourlyDays));

    const rows = await rowsOf(`${folder}/data/lake`);
    assertEquals(new Set(rows).size, rows.length);
    assertEquals(Number((await query(folder, FACTS))[0].rows), rows.length);
    const whole = `${folder}/whole`;
    await Deno.mkdir(whole);
    await Deno.rename(`${folder}/trail`, `${whole}/trail`);
    await Deno.mkdir(`${whole}/data/lake/events/2020/01/01`, { recursive: true });
    const stranger = `${whole}/data/lake/events/2020/01/01/events-2020-01-01.parquet`;
    await Deno.writeTextFile(stranger, "of another database");
    assertStringIncludes((await poll(whole)).stderr, "files that this database does not know");
    await Deno.remove(stranger);
    assertEquals(rows, await rowsOf(`${whole}/data/lake`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
