/** Kills replicas at random while a trail arrives, and starts others in their place. */
import { assert, assertEquals } from "@std/assert";
import { DAY_MS } from "../../core/hours.ts";
import { readReport } from "../support/report.ts";
import { randomOf } from "../support/random.ts";
import { type Arrival, arrivalsOf, finalState } from "./_arrivals.ts";
import { Cluster, TRAIL } from "./_cluster.ts";
import { checkHistory, type HistoryCounts, holders, keepHistory } from "./_history.ts";
import { checkIdentities } from "./_identities.ts";
import type { Replica } from "./_replica.ts";
import type { TestPostgres } from "../store/_postgres.ts";

const REPLICAS = 3;
/**
 * A replica is killed about every second, at random between these multiples of it; where a replica takes longer than
 * that to start, of its start, or none would ever come to work.
 */
const KILL_EVERY = { ms: 1000, from: 0.6, to: 1.4 } as const;
/**
 * S3 takes its time, so that replicas are killed at work: GETs of the trail and PUTs into the lake wait this long, ms,
 * with this probability.
 */
const GET_DELAY = { ms: 400, probability: 0.3 } as const;
const PUT_DELAY = { ms: 300, probability: 1 } as const;
const FOLLOW = ["poll", "--interval", "1s"];
const ONCE = ["poll", "--once"];
const day = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
/** Of the whole trail, so that it meets poll at every object. */
const BACKFILL = ["backfill", "--from", day(-3), "--to", day(1)];
const WORK = ["work"];

/** Size and seed of a proof. */
export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  /** Distinct events of the trail. */
  readonly events: number;
}

/** What a proof saw. */
export interface KillSummary extends HistoryCounts {
  readonly kills: number;
  /** Kills that met a replica with a shard in its hands, and with an hour. */
  readonly killedWithShard: number;
  readonly killedWithHour: number;
  readonly replicas: number;
  readonly arrivals: Readonly<Record<Arrival["kind"], number>>;
  readonly rows: number;
  readonly alerts: number;
  /** Requests that the webhook got beyond one an alert. */
  readonly repeatedDeliveries: number;
  readonly rssBytesMax: number;
}

/** Runs the trail undisturbed and under kills, and holds the one against the other. */
export async function proveExactlyOnce(
  postgres: TestPostgres,
  { kills, seed, events }: KillOptions,
): Promise<KillSummary> {
  const random = randomOf(seed);
  const arrivals = arrivalsOf(events, seed, random);
  await using calm = await Cluster.start(postgres);
  for (const [key, bytes] of finalState(arrivals)) calm.s3.put(TRAIL, key, bytes);
  const undisturbed = calm.start(ONCE, { workers: 2 });
  assertEquals(await undisturbed.ended, 0, undisturbed.log);
  const expected = await calm.outcome();
  const { startup_ms } = await readReport(calm.reportPath(undisturbed));
  assert(expected.rows.length > 0 && expected.alerts.length > 0);

  await using cluster = await Cluster.start(postgres);
  await keepHistory(cluster);
  cluster.s3.faults.add({
    operation: "GetObject",
    probability: GET_DELAY.probability,
    action: { kind: "delay", ms: GET_DELAY.ms },
  });
  cluster.s3.faults.add({
    operation: "PutObject",
    probability: PUT_DELAY.probability,
    action: { kind: "delay", ms: PUT_DELAY.ms },
  });
  const everyMs = Math.max(KILL_EVERY.ms, startup_ms);
  const met = await killWhileArriving(cluster, arrivals, { kills, everyMs, random });
  assert(met.shard > 0, "no replica was killed with a shard in its hands");
  cluster.s3.faults.clear();
  const last = cluster.start([...ONCE, "--full"]);
  assertEquals(await last.ended, 0, last.log);

  const found = await cluster.outcome();
  assertEquals(found.alerts.length, expected.alerts.length);
  assertEquals(found.alerts, expected.alerts);
  assertEquals(found.rows.length, expected.rows.length);
  assertEquals(found.rows, expected.rows);
  const history = await checkHistory(cluster);
  await checkIdentities(cluster);
  const count = (kind: Arrival["kind"]) => arrivals.filter((one) => one.kind === kind).length;
  return {
    ...history,
    kills,
    killedWithShard: met.shard,
    killedWithHour: met.hour,
    replicas: cluster.replicas.length,
    arrivals: {
      new: count("new"),
      "again under another key": count("again under another key"),
      "again with a new ETag": count("again with a new ETag"),
      replaced: count("replaced"),
    },
    rows: found.rows.length,
    alerts: found.alerts.length,
    repeatedDeliveries: cluster.receiver.received - found.alerts.length,
    rssBytesMax: Math.max(...cluster.replicas.map((replica) => replica.rssBytesMax)),
  };
}

/** @returns how many of the killed replicas held a shard, and an hour */
async function killWhileArriving(
  cluster: Cluster,
  arrivals: readonly Arrival[],
  { kills, everyMs, random }: {
    readonly kills: number;
    readonly everyMs: number;
    readonly random: () => number;
  },
): Promise<{ readonly shard: number; readonly hour: number }> {
  // Some follow or help; others make one pass with compaction and end, and the next one comes in their place.
  const commands = [FOLLOW, FOLLOW, ONCE, ONCE, BACKFILL, WORK];
  const startOne = () => cluster.start(commands[Math.floor(random() * commands.length)]);
  const running: Replica[] = Array.from({ length: REPLICAS }, startOne);
  let arrived = 0;
  const met = { shard: 0, hour: 0 };
  for (let killed = 0; killed < kills; killed++) {
    const upTo = Math.ceil((arrivals.length * (killed + 1)) / (kills + 1));
    for (; arrived < upTo; arrived++) put(cluster, arrivals[arrived]);
    const factor = KILL_EVERY.from + random() * (KILL_EVERY.to - KILL_EVERY.from);
    await new Promise((resolve) => setTimeout(resolve, factor * everyMs));
    const place = await choosePlace(cluster, running, random);
    for (const [i, replica] of running.entries()) {
      if (replica.isRunning) replica.notePeak();
      else if (i !== place) {
        assertEndedWell(replica);
        running[i] = startOne();
      }
    }
    const victim = running[place];
    victim.kill("SIGSTOP");
    const { shards, hours } = await holders(cluster);
    if (shards.has(victim.name)) met.shard++;
    if (hours.has(victim.name)) met.hour++;
    victim.kill("SIGKILL");
    const code = await victim.ended;
    if (code !== 137) assertEndedWell(victim);
    await ageHours(cluster);
    running[place] = startOne();
  }
  for (; arrived < arrivals.length; arrived++) put(cluster, arrivals[arrived]);
  for (const replica of running) replica.kill("SIGTERM");
  for (const replica of running) {
    const code = await replica.ended;
    if (code !== 143) assertEndedWell(replica);
  }
  return met;
}

/** Any replica, but every other time one that holds something, if one does. */
async function choosePlace(
  cluster: Cluster,
  running: readonly Replica[],
  random: () => number,
): Promise<number> {
  const [place, choice, first] = [Math.floor(random() * REPLICAS), random(), random()];
  if (choice < 0.5) return place;
  const { shards, hours } = await holders(cluster);
  const [one, other] = first < 0.5 ? [hours, shards] : [shards, hours];
  const found = running.findIndex(({ name }) => one.has(name));
  const next = running.findIndex(({ name }) => other.has(name));
  return found >= 0 ? found : next >= 0 ? next : place;
}

/** Lets the hours that wait have waited for long enough, so that who follows compacts them while the trail arrives. */
async function ageHours(cluster: Cluster): Promise<void> {
  await cluster.sql(
    "update hours set last_part_at = now() - interval '11 minutes' where parts_waiting > 0",
  );
}

function put(cluster: Cluster, { key, bytes }: Arrival): void {
  cluster.s3.put(TRAIL, key, bytes);
}

/** A pass that ends by itself has done everything, or left to others what they still held. */
function assertEndedWell({ name, code, log }: Replica): void {
  assert(code === 0 || code === 1, `${name} ended with ${code}:\n${log}`);
}
