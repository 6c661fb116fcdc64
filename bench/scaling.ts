/**
 * Events a second with 1 and 2 workers in one replica, and with 1 and 2 replicas, on one Postgres and one bucket:
 * the variants in turns, each several times, with a new database and lake each time. Postgres and the emulator run
 * on the same machine, so that what is compared shares its cores with them; CPU time tells what a replica took.
 *
 *   deno run -A bench/scaling.ts [events] [rounds]
 *
 * Uses the server of TEST_DATABASE_URL, else a private one.
 */
import { fileURLToPath } from "node:url";
import { startTestPostgres, type TestPostgres } from "../tests/store/_postgres.ts";
import { Replica } from "../tests/cluster/_replica.ts";
import { writeTrail } from "../tests/support/trail.ts";

const events = Number(Deno.args[0] ?? 150_000);
const rounds = Number(Deno.args[1] ?? 3);
const KEYS = { AWS_ACCESS_KEY_ID: "AKIATESTTESTTESTTEST", AWS_SECRET_ACCESS_KEY: "secret" };

/** How many replicas with how many workers each. */
const VARIANTS = [
  { name: "1 replica, 1 worker", replicas: 1, workers: 1 },
  { name: "1 replica, 2 workers", replicas: 1, workers: 2 },
  { name: "2 replicas, 1 worker each", replicas: 2, workers: 1 },
] as const;

/** What one run of a variant took. */
interface Measured {
  readonly eventsPerSecond: number;
  /** Of the replicas alone, from their start to their end. */
  readonly cpuSeconds: number;
}

/** The emulator as a process of its own, over the trail's folder and with an empty bucket for a lake. */
async function startEmulator(folder: string): Promise<{ readonly url: string } & AsyncDisposable> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--config", fileURLToPath(new URL("../deno.json", import.meta.url))],
      fileURLToPath(new URL("../emulator/main.ts", import.meta.url)),
      ...["0", `trail=${folder}`, "lake"],
    ],
    env: KEYS,
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  return {
    url: value!.trim(),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await reader.cancel();
    },
  };
}

/** CPU seconds that a process and its threads have taken up to now (Linux), or null where it is gone. */
function cpuSecondsOf(pid: number): number | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
    return (Number(user) + Number(system)) / 100;
  } catch {
    return null;
  }
}

async function measure(
  postgres: TestPostgres,
  folder: string,
  { replicas, workers }: typeof VARIANTS[number],
): Promise<Measured> {
  const database = await postgres.createDatabase();
  await using s3 = await startEmulator(`${folder}/trail`);
  const cpu = new Map<string, number>();
  const started = Array.from({ length: replicas }, (_, i) =>
    new Replica(`replica-${i}`, {
      args: [
        ...["poll", "--once", "--source", "s3://trail/", "--lake", "s3://lake/"],
        ...["--database", database, "--alert", `file:./alerts-${i}.jsonl`],
        ...["--workers", String(workers), "--report", `report-${i}.json`, "--log-level", "error"],
      ],
      cwd: folder,
      env: { ...KEYS, AWS_ENDPOINT_URL: s3.url, AWS_REGION: "us-east-1" },
    }));
  const timer = setInterval(() => {
    for (const { name, pid } of started) {
      const seconds = cpuSecondsOf(pid);
      if (seconds !== null) cpu.set(name, seconds);
    }
  }, 100);
  for (const replica of started) {
    const code = await replica.ended;
    if (code !== 0) throw new Error(`${replica.name} ended with ${code}:\n${replica.log}`);
  }
  clearInterval(timer);
  const reports = await Promise.all(
    started.map(async (_, i) => JSON.parse(await Deno.readTextFile(`${folder}/report-${i}.json`))),
  );
  const begins = reports.map((report) => Date.parse(report.started_at) + report.startup_ms);
  const ends = reports.map((report, i) => begins[i] + report.duration_ms);
  const read = reports.reduce((sum, report) => sum + report.events.read, 0);
  return {
    eventsPerSecond: read / ((Math.max(...ends) - Math.min(...begins)) / 1000),
    cpuSeconds: [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const postgres = await startTestPostgres();
if (postgres === null) Deno.exit(1);
const folder = await Deno.makeTempDir();
try {
  await writeTrail(`${folder}/trail`, { seed: 1, events });
  const measured = VARIANTS.map(() => [] as Measured[]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, variant] of VARIANTS.entries()) {
      const one = await measure(postgres, folder, variant);
      measured[i].push(one);
      console.error(
        `${variant.name}: ${Math.round(one.eventsPerSecond)} events/s, ${one.cpuSeconds} CPU s`,
      );
    }
  }
  const rates = measured.map((runs) => median(runs.map((run) => run.eventsPerSecond)));
  console.log("| variant | events/s | against the first | events a CPU second |");
  console.log("| --- | --- | --- | --- |");
  for (const [i, { name }] of VARIANTS.entries()) {
    const cpu = median(measured[i].map((run) => run.cpuSeconds));
    console.log(
      `| ${name} | ${Math.round(rates[i]).toLocaleString("en-US")} | ` +
        `${(rates[i] / rates[0]).toFixed(2)} | ${
          Math.round(events / cpu).toLocaleString("en-US")
        } |`,
    );
  }
  console.log(
    `Load average at the end: ${Deno.loadavg().map((load) => load.toFixed(1)).join(", ")}`,
  );
} finally {
  await Deno.remove(folder, { recursive: true });
  await postgres[Symbol.asyncDispose]();
}
