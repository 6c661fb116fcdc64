import { fileURLToPath } from "node:url";
import {
  compileRules,
  type Detector,
  Event,
  readRuleFolders,
  recordFieldsFromText,
  type Rule,
} from "../../detection/mod.ts";

const PACK_FOLDER = fileURLToPath(new URL("../../rules/aws", import.meta.url));

/** The bundled pack behind its index. Rejects on the first rule that does not load. */
export async function loadPack(): Promise<Detector> {
  const { specs, problems } = await readRuleFolders([PACK_FOLDER]);
  const detector = await compileRules(specs);
  for (const { file, line, reason } of [...problems, ...detector.problems]) {
    throw new Error(`${file}:${line}: ${reason}`);
  }
  return detector;
}

/** The rules that match an event, given as JSON text. A rule that throws ends the measurement. */
export function rulesOf(detector: Detector, text: string): readonly Rule[] {
  const event = new Event(recordFieldsFromText(text));
  const matched: Rule[] = [];
  detector.evaluate(
    event,
    (rule) => matched.push(rule),
    (rule, error) => {
      throw new Error(`Rule ${rule.title} fails on ${text}`, { cause: error });
    },
  );
  return matched;
}
