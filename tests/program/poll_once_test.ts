/** `poll --once` as a process: a folder and a bucket give the same, and a second pass reads nothing. */
import { assert, assertEquals } from "@std/assert";
import { startS3Emulator } from "../../emulator/mod.ts";
import { outcomeOf } from "../support/outcome.ts";
import { runProgram } from "../support/program.ts";
import { assertIdentities, readReport } from "../support/report.ts";
import { corpusFolder, writeTrail } from "../support/trail.ts";
import { walk } from "../support/walk.ts";

const KEYS = { accessKeyId: "AKIATESTTESTTESTTEST", secretAccessKey: "secret" };

async function pollOnce(folder: string, source: string, env: Record<string, string> = {}) {
  const flags = [
    "--once",
    "--source",
    source,
    "--alert",
    "file:./alerts.jsonl",
    "--report",
    "report.json",
  ];
  const end = await runProgram(["poll", ...flags, "--workers", "2"], {
    cwd: folder,
    env,
    makesDatabase: true,
  });
  return {
    ...end,
    report: await readReport(`${folder}/report.json`),
    outcome: await outcomeOf(`${folder}/alerts.jsonl`, `${folder}/data/lake`),
  };
}

/** Runs over a folder, over the same objects in a bucket, and over the folder once more. */
async function compareFolderAndBucket(trail: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const [byFolder, byBucket] = [`${folder}/by-folder`, `${folder}/by-bucket`];
    await Deno.mkdir(byFolder);
    await Deno.mkdir(byBucket);
    await using s3 = await startS3Emulator({ ...KEYS, buckets: ["trail"] });
    for await (const path of walk(trail)) {
      s3.put("trail", path.slice(trail.length + 1), await Deno.readFile(path));
    }

    const first = await pollOnce(byFolder, `file://${trail}`);
    assert(first.code === 0 || first.code === 1, first.stderr);
    assert(first.outcome.rows.length > 0 && first.outcome.alerts.length > 0);
    assertIdentities(first.report, first.outcome.rows.length);
    assertEquals(first.report.alerts.delivered, first.outcome.alerts.length);

    const second = await pollOnce(byBucket, "s3://trail/", {
      AWS_ENDPOINT_URL: s3.url,
      AWS_REGION: s3.region,
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    });
    assertEquals(second.code, first.code, second.stderr);
    assertIdentities(second.report, second.outcome.rows.length);
    assertEquals(second.outcome.alerts, first.outcome.alerts);
    assertEquals(second.outcome.rows, first.outcome.rows);
    assertEquals(second.report.objects, first.report.objects);
    assertEquals(second.report.events, first.report.events);
    assert(second.report.requests.get >= second.report.objects.done);

    const again = await pollOnce(byFolder, `file://${trail}`);
    assertEquals(again.report.objects.unchanged, again.report.objects.listed);
    assertEquals(again.report.events.read, 0);
    assertEquals(again.report.alerts.raised, 0);
    assertEquals(again.outcome, first.outcome);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("poll --once gives the same for a folder and a bucket, on a generated trail", async () => {
  const trail = await Deno.makeTempDir();
  try {
    await writeTrail(trail, { seed: 11, events: 8000 });
    await compareFolderAndBucket(trail);
  } finally {
    await Deno.remove(trail, { recursive: true });
  }
});

const corpus = corpusFolder();
if (corpus === null) {
  console.error("The real logs (../shared/corpus) are absent: their test is skipped");
}

for (const name of ["trail", "organization-trail", "event-versions"]) {
  Deno.test({
    name: `poll --once gives the same for a folder and a bucket, on the real logs of ${name}`,
    ignore: corpus === null,
    fn: () => compareFolderAndBucket(`${corpus}/${name}`),
  });
}
