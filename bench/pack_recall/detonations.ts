import { LEVELS } from "../../core/types.ts";
import type { Detector } from "../../detection/mod.ts";
import { rulesOf } from "./pack.ts";

const LEVEL_MIN = LEVELS.indexOf("medium");

/** What the pack raises for each attack technique. */
export interface DetonationsResult {
  readonly techniqueCount: number;
  /** Techniques without an alert of level medium or more, with what they raise instead. */
  readonly missed: readonly string[];
  /** The rules that fire, by technique. */
  readonly titles: ReadonlyMap<string, readonly string[]>;
}

/** Reads a folder with one file of records for each technique. */
export async function measureDetonations(
  detector: Detector,
  folder: string,
): Promise<DetonationsResult> {
  const missed: string[] = [];
  const titles = new Map<string, readonly string[]>();
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  for (const name of names) {
    const technique = name.replace(/\.json$/, "");
    const records: unknown[] = JSON.parse(await Deno.readTextFile(`${folder}/${name}`));
    const rules = new Set(records.flatMap((record) => rulesOf(detector, JSON.stringify(record))));
    const found = [...rules].map(({ title, level }) => `${title} (${level})`).sort();
    titles.set(technique, found);
    if (![...rules].some(({ level }) => LEVELS.indexOf(level) >= LEVEL_MIN)) {
      missed.push(`${technique} -> ${found.join("; ") || "nothing"}`);
    }
  }
  return { techniqueCount: names.length, missed, titles };
}
