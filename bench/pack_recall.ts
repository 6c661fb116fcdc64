/**
 * Measures the bundled pack: on cases and detonations of others, where they are present, and on a
 * generated trail. `docs/pack.md` keeps the figures with what is missed and why.
 *
 *     deno run --allow-read --allow-env=LOG_TOKENS,LOG_STREAM bench/pack_recall.ts [--events N] [--seed S] [--corpus FOLDER]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { LEVELS } from "../core/types.ts";
import { measureDetonations } from "./pack_recall/detonations.ts";
import { measureGeneratedTrail } from "./pack_recall/generated_trail.ts";
import { loadPack } from "./pack_recall/pack.ts";
import { measureRuleCases } from "./pack_recall/rule_cases.ts";

const { values } = parseArgs({
  options: {
    corpus: {
      type: "string",
      default: fileURLToPath(new URL("../../shared/corpus", import.meta.url)),
    },
    events: { type: "string", default: "200000" },
    seed: { type: "string", default: "7" },
  },
});

const detector = await loadPack();
console.log(`Pack: ${detector.rules.length} rules`);
for (const level of LEVELS) {
  const count = detector.rules.filter((rule) => rule.level === level).length;
  if (count > 0) console.log(`  ${level}: ${count}`);
}

if (isFolder(values.corpus)) {
  const cases = await measureRuleCases(detector, `${values.corpus}/rule-cases.jsonl`);
  printShare("Cases expected to fire that do", cases.expectedCount, cases.missed);
  printShare("Cases expected to be silent that are", cases.silentCount, cases.fired);
  const detonations = await measureDetonations(detector, `${values.corpus}/detonations`);
  printShare(
    "Techniques that raise medium or more",
    detonations.techniqueCount,
    detonations.missed,
  );
} else {
  console.log(`No cases or detonations of others: ${values.corpus} is not there`);
}

const trail = measureGeneratedTrail(detector, {
  seed: Number(values.seed),
  events: Number(values.events),
});
const faint = [...trail.storyLevels].filter(([, level]) =>
  level === undefined || LEVELS.indexOf(level) < LEVELS.indexOf("medium")
);
printShare(
  "Generated stories that raise medium or more",
  trail.storyLevels.size,
  faint.map(([name, level]) => `${name} -> ${level ?? "nothing"}`),
);
const alertCount = [...trail.quietAlerts.values()].reduce((sum, count) => sum + count, 0);
const perMillion = (count: number) => (count / trail.quietEventCount * 1e6).toFixed(0);
console.log(
  `\nAlerts per million quiet events: ${perMillion(alertCount)} ` +
    `(${alertCount} on ${trail.quietEventCount})`,
);
for (const [name, count] of [...trail.quietAlerts].sort((a, b) => b[1] - a[1])) {
  console.log(`  ${perMillion(count)} ${name}`);
}

/** Prints a share and, below it, the items that fall out of it. */
function printShare(what: string, count: number, exceptions: readonly string[]): void {
  const held = count - exceptions.length;
  console.log(`\n${what}: ${held} of ${count} (${(held / count * 100).toFixed(1)} %)`);
  for (const exception of exceptions) console.log(`  not: ${exception}`);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
