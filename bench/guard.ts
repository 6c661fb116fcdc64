/**
 * Fails where the whole path has become far slower than it was, as a share of gunzip and `JSON.parse` alone in the
 * same run; never on a time: `deno task bench:guard [unoptimized]`. With the word, poll runs without V8's compilers and
 * caches, several times slower, which shows that the guard can fail. Exits 1 where a floor is not reached.
 */
import { measureCeiling, PollRuns } from "./whole_path/contestants.ts";
import { type DataSet, generateLargeFiles, generateTinyFiles } from "./whole_path/data_sets.ts";
import { formatRatios, guardSet, type Ratios } from "./whole_path/guard.ts";

/** As many that poll takes seconds, and its start is not most of them. */
const LARGE_SET_EVENTS = 100_000;
const TINY_SET_EVENTS = 20_000;

/**
 * About half of the least that was measured, quiet or beside other work: docs/performance.md, "The guard". What is made
 * faster raises them.
 */
const FLOORS: Readonly<Record<string, Ratios>> = {
  "few large files": { clock: 0.09, cpu: 0.1 },
  "many tiny files": { clock: 0.018, cpu: 0.03 },
};

/** Deno hands them to V8. Without its optimizing compilers alone, so few events take hardly longer. */
const UNOPTIMIZED = {
  DENO_V8_FLAGS: "--no-turbofan,--no-maglev,--no-sparkplug,--no-use-ic,--liftoff-only",
};

const env = Deno.args[0] === "unoptimized" ? UNOPTIMIZED : {};
const scratch = await Deno.makeTempDir();
let hasFailed = false;
try {
  const polls = await PollRuns.prepare(scratch);
  const sets: readonly DataSet[] = [
    await generateLargeFiles(scratch, LARGE_SET_EVENTS),
    await generateTinyFiles(scratch, TINY_SET_EVENTS),
  ];
  for (const { name, folder } of sets) {
    const floor = FLOORS[name];
    const { best, isHeld } = await guardSet({
      name,
      measurePoll: () => polls.measure(`file://${encodeURI(folder)}`, env),
      measureCeiling: () => measureCeiling(folder),
      floor,
    }, console.log);
    console.log(`${name}: ${isHeld ? "held" : "FAILED"}, ${formatRatios(best)}`);
    if (isHeld) continue;
    hasFailed = true;
    console.log(`  The floor is ${formatRatios(floor)}`);
  }
} finally {
  await Deno.remove(scratch, { recursive: true });
}
if (hasFailed) Deno.exit(1);
