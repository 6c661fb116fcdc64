import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { measureDetonations } from "../../bench/pack_recall/detonations.ts";
import { measureGeneratedTrail } from "../../bench/pack_recall/generated_trail.ts";
import { loadPack } from "../../bench/pack_recall/pack.ts";
import { measureRuleCases } from "../../bench/pack_recall/rule_cases.ts";

/** Logs and cases of others; they lie beside the project and may be absent. */
const CORPUS = fileURLToPath(new URL("../../../shared/corpus", import.meta.url));
const lacksCorpus = !isThere(`${CORPUS}/rule-cases.jsonl`);

/** What docs/pack.md says was measured; a rule that changes it changes that page. */
const document = Deno.readTextFileSync(new URL("../../docs/pack.md", import.meta.url));

Deno.test({
  name: "pack: fires and stays silent on the cases of others as docs/pack.md says",
  ignore: lacksCorpus,
  async fn() {
    const result = await measureRuleCases(await loadPack(), `${CORPUS}/rule-cases.jsonl`);
    const { expectedCount, missed, silentCount, fired } = result;
    assertDocumented(expectedCount - missed.length, expectedCount);
    assertDocumented(silentCount - fired.length, silentCount);
  },
});

Deno.test({
  name: "pack: raises medium or more on each detonated technique as docs/pack.md says",
  ignore: lacksCorpus,
  async fn() {
    const result = await measureDetonations(await loadPack(), `${CORPUS}/detonations`);
    assertDocumented(result.techniqueCount - result.missed.length, result.techniqueCount);
  },
});

Deno.test("pack: raises an alert in each story of a generated trail, and few elsewhere", async () => {
  const options = { seed: 11, events: 20_000 };
  const result = measureGeneratedTrail(await loadPack(), options);
  const unseen = [...result.storyLevels].filter(([, level]) => level === undefined);
  assertEquals(unseen, []);
  const alertCount = [...result.quietAlerts.values()].reduce((sum, count) => sum + count, 0);
  assert(alertCount <= 20, `${alertCount} alerts on ${result.quietEventCount} quiet events`);
});

function assertDocumented(held: number, count: number): void {
  assert(document.includes(`${held} of ${count}`), `docs/pack.md does not say ${held} of ${count}`);
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
