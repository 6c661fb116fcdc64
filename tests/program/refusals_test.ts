/** What cannot be reached, or makes no sense, ends with its exit code and a sentence that helps. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startS3Emulator } from "../../emulator/mod.ts";
import { endOf, runProgram, startProgram } from "../support/program.ts";
import { writeTrail } from "../support/trail.ts";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/trail`);
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const POLL = ["poll", "--once", "--log-format", "text"];
const SOURCE = ["--source", "file:./trail"];

const UNREACHABLE: Readonly<
  Record<string, { readonly flags: readonly string[]; readonly says: RegExp }>
> = {
  "a source folder that is absent": {
    flags: ["--source", "file:./absent"],
    says: /Cannot open file:.*absent/,
  },
  "a database that does not answer": {
    flags: [...SOURCE, "--database", "postgres://u:secret@127.0.0.1:1/db"],
    says: /Cannot open the database postgres:\/\/127\.0\.0\.1:1\/db/,
  },
  "a lake that cannot be made": {
    flags: [...SOURCE, "--lake", "file:/proc/none"],
    says: /Cannot write file:\/\/\/proc/,
  },
};

for (const [name, { flags, says }] of Object.entries(UNREACHABLE)) {
  Deno.test(`poll ends with 3 for ${name}, and leaves a report`, () =>
    inFolder(async (folder) => {
      const end = await runProgram([...POLL, ...flags, "--report", "report.json"], { cwd: folder });
      assertEquals(end.code, 3, end.stderr);
      assertMatch(end.stderr, says);
      assertEquals(end.stderr.includes("secret"), false);
      assertEquals(JSON.parse(await Deno.readTextFile(`${folder}/report.json`)).version, 1);
    }));
}

Deno.test("poll ends with 3 for a bucket that is absent or refuses access, and names the permission", () =>
  inFolder(async (folder) => {
    const keys = { accessKeyId: "AKIATESTTESTTESTTEST", secretAccessKey: "secret" };
    await using s3 = await startS3Emulator({ ...keys, buckets: ["closed"] });
    s3.faults.add({ action: { kind: "deny" }, operation: "ListObjectsV2" });
    const env = {
      AWS_ENDPOINT_URL: s3.url,
      AWS_REGION: s3.region,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    };
    const absent = await runProgram([...POLL, "--source", "s3://absent-bucket/"], {
      cwd: folder,
      env,
    });
    assertEquals(absent.code, 3, absent.stderr);
    assertStringIncludes(absent.stderr, "s3://absent-bucket/");
    const denied = await runProgram([...POLL, "--source", "s3://closed/"], { cwd: folder, env });
    assertEquals(denied.code, 3, denied.stderr);
    assertStringIncludes(denied.stderr, "s3:ListBucket");
  }));

Deno.test("a second process on the embedded database ends with 3 and says what allows several", () =>
  inFolder(async (folder) => {
    const first = startProgram(["poll", ...SOURCE, "--log-level", "debug"], { cwd: folder });
    const isOpen = async () => await Deno.stat(`${folder}/data/lake`).then(() => true, () => false);
    while (!await isOpen()) await new Promise((resolve) => setTimeout(resolve, 50));
    const second = await runProgram([...POLL, ...SOURCE], { cwd: folder });
    first.kill("SIGTERM");
    assertEquals((await endOf(first)).code, 143);
    assertEquals(second.code, 3, second.stderr);
    assertMatch(second.stderr, /another process uses it.*Postgres/);
  }));

Deno.test("poll tells every problem of its settings at once and ends with 2", () =>
  inFolder(async (folder) => {
    const flags = ["--bogus", "--workers", "0", "--source", "ftp://x", "--interval", "soon"];
    flags.push("--ledger-retention", "31d", "--alert", "pager,webhook:siem");
    const end = await runProgram(["poll", ...flags], { cwd: folder });
    assertEquals(end.code, 2);
    for (
      const text of [
        ...["--bogus", "--workers", "--source", "--interval"],
        '--ledger-retention: "31d" is less than 32d: days are listed until 30 days after their end',
        '--alert: "pager" is none of stdout, ',
        "webhook:siem: TRAILSIEVE_WEBHOOK_URL_SIEM is not set",
      ]
    ) {
      assertStringIncludes(end.stderr, text);
    }
    assertEquals(end.stdout, "");
  }));

Deno.test("what is not built ends with 2 and says so", () =>
  inFolder(async (folder) => {
    for (const args of [["doctor"]]) {
      const end = await runProgram(args, { cwd: folder });
      assertEquals(end.code, 2);
      assertStringIncludes(end.stderr, "is not built yet");
    }
  }));

Deno.test("poll refuses another lake for its database, and --rebind-lake allows it", () =>
  inFolder(async (folder) => {
    assertEquals((await runProgram([...POLL, ...SOURCE], { cwd: folder })).code, 0);
    const other = [...POLL, ...SOURCE, "--lake", "file:./other"];
    const refused = await runProgram(other, { cwd: folder });
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "--rebind-lake");
    assertEquals((await runProgram([...other, "--rebind-lake"], { cwd: folder })).code, 0);
  }));

Deno.test("SIGTERM drains poll, and the next run finishes its work", () =>
  inFolder(async (folder) => {
    await writeTrail(`${folder}/trail`, { seed: 2, events: 6000 });
    const sink = ["--alert", "file:./alerts.jsonl"];
    const child = startProgram(["poll", ...SOURCE, ...sink], { cwd: folder });
    const hasStarted = async () =>
      await Deno.stat(`${folder}/data/lake/_work/parts`).then(() => true, () => false);
    while (!await hasStarted()) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGTERM");
    const drained = await endOf(child);
    assertEquals(drained.code, 143, drained.stderr);
    const next = await runProgram([...POLL, ...SOURCE, ...sink], { cwd: folder });
    assertEquals(next.code, 0, next.stderr);
    const rows = await runProgram([
      "query",
      "--format",
      "json",
      "SELECT count(*)::int AS n FROM events",
    ], { cwd: folder });
    assertEquals(rows.stdout.trim(), '{"n":6000}', rows.stderr);
  }));

Deno.test("poll ends with 2 for settings of a bucket where the lake is a folder, or that make no sense", () =>
  inFolder(async (folder) => {
    const bucket = ["--lake-kms-key", "alias/k", "--lake-storage-class", "STANDARD_IA"];
    const end = await runProgram([...POLL, ...SOURCE, ...bucket], { cwd: folder });
    assertEquals(end.code, 2, end.stderr);
    assertMatch(end.stderr, /--lake-kms-key, --lake-storage-class: the lake file:.* is no bucket/);
    const wrong = ["--lake-bucket-owner", "me", "--lake-storage-class", "GLACIER"];
    const other = await runProgram([...POLL, ...SOURCE, ...wrong], { cwd: folder });
    assertEquals(other.code, 2, other.stderr);
    assertStringIncludes(other.stderr, '--lake-bucket-owner: "me" is no account id');
    assertStringIncludes(
      other.stderr,
      "--lake-storage-class: GLACIER cannot be read without a restore",
    );
  }));
