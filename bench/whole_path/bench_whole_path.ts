import { measureCeiling, measureDuckdb, measureSdkGets, PollRuns } from "./contestants.ts";
import { type DataSet, existingDataSet, generateDataSets } from "./data_sets.ts";
import { startEmulatorProcess } from "./emulator_process.ts";
import type { Measured } from "./measured.ts";

/** Options of {@linkcode benchWholePath}. */
export interface WholePathOptions {
  /** Distinct events of the generated trails. */
  readonly events: number;
  readonly rounds: number;
  /** A trail to measure instead of generated ones; null for these. */
  readonly trail: string | null;
  /** Told of each run as it ends. */
  readonly onRun: (line: string) => void;
  readonly signal: AbortSignal;
}

/** One data set's runs, by contestant, a run a round. */
export interface DataSetResult {
  readonly name: string;
  readonly objects: number;
  readonly bytes: number;
  readonly isS3: boolean;
  readonly runs: Readonly<Record<string, readonly Measured[]>>;
}

/** All of it, with where it was measured. */
export interface WholePathResult {
  readonly date: string;
  readonly deno: string;
  readonly cpuCount: number;
  readonly loadAtStart: number;
  readonly loadAtEnd: number;
  readonly dataSets: readonly DataSetResult[];
}

type Contestant = readonly [name: string, measure: () => Promise<Measured>];

/**
 * Measures `poll --once` against gunzip and `JSON.parse` alone and against DuckDB's COPY on the same files, and over
 * S3 against bare GETs of the AWS SDK: in turns, so that a busy machine troubles all of them alike. Everything that it
 * writes lies in a temporary folder that goes at the end. Rejects with the signal's reason between two runs.
 */
export async function benchWholePath(options: WholePathOptions): Promise<WholePathResult> {
  const folder = await Deno.makeTempDir();
  try {
    const loadAtStart = Deno.loadavg()[0];
    const sets = options.trail === null
      ? await generateDataSets(folder, options.events)
      : [await existingDataSet(options.trail)];
    const polls = await PollRuns.prepare(`${folder}/runs`);
    const dataSets: DataSetResult[] = [];
    for (const set of sets) {
      dataSets.push(await measureSet(set, false, contestantsOf(set, polls), options));
      if (set.isForS3) dataSets.push(await measureS3(set, polls, options));
    }
    return {
      date: new Date().toISOString().slice(0, 10),
      deno: Deno.version.deno,
      cpuCount: navigator.hardwareConcurrency,
      loadAtStart,
      loadAtEnd: Deno.loadavg()[0],
      dataSets,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function contestantsOf({ folder }: DataSet, polls: PollRuns): Contestant[] {
  return [
    ["poll --once", () => polls.measure(`file://${encodeURI(folder)}`)],
    ["gunzip, JSON.parse", () => measureCeiling(folder)],
    ["DuckDB COPY", () => measureDuckdb(folder)],
  ];
}

async function measureS3(
  set: DataSet,
  polls: PollRuns,
  options: WholePathOptions,
): Promise<DataSetResult> {
  await using emulator = await startEmulatorProcess(set.folder);
  return await measureSet(set, true, [
    ["poll --once", () => polls.measure(`s3://${emulator.bucket}/`, emulator.env)],
    ["AWS SDK GETs", () => measureSdkGets(emulator)],
  ], options);
}

async function measureSet(
  { name, objects, bytes }: DataSet,
  isS3: boolean,
  contestants: readonly Contestant[],
  { rounds, onRun, signal }: WholePathOptions,
): Promise<DataSetResult> {
  const runs: Record<string, Measured[]> = {};
  for (let round = 1; round <= rounds; round++) {
    for (const [contestant, measure] of contestants) {
      signal.throwIfAborted();
      const one = await measure();
      (runs[contestant] ??= []).push(one);
      const seconds = (one.milliseconds / 1000).toFixed(2);
      onRun(`${name}${isS3 ? " over S3" : ""}, round ${round}, ${contestant}: ${seconds} s`);
    }
  }
  return { name, objects, bytes, isS3, runs };
}
