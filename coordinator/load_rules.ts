import { fileURLToPath } from "node:url";
import type { RunSettings } from "../core/config.ts";
import { TrailsieveError } from "../core/errors.ts";
import { logOf } from "../core/log.ts";
import {
  readPlaceholders,
  readRuleFolders,
  type RuleProblem,
  type RuleSpec,
} from "../detection/mod.ts";

const log = logOf("rules");

/** The rules of a run, read and checked; TypeScript rules are imported by the workers. */
export interface LoadedRules {
  readonly specs: readonly RuleSpec[];
  readonly folders: readonly string[];
  readonly refused: number;
  /** Malformed ones among them. */
  readonly skipped: number;
  readonly notApplicable: number;
  readonly hash: string;
}

/** The bundled pack. */
const PACK_FOLDER = fileURLToPath(new URL("../rules", import.meta.url));

/**
 * Reads the bundled pack and the user's folders. Throws TrailsieveError `usage` that lists malformed rules,
 * unless they are to be skipped.
 */
export async function loadRules(
  settings: Pick<RunSettings, "rules" | "no-bundled-rules" | "skip-bad-rules" | "placeholders">,
): Promise<LoadedRules> {
  const folders = settings["no-bundled-rules"] ? settings.rules : [PACK_FOLDER, ...settings.rules];
  const placeholders = settings.placeholders === null
    ? undefined
    : await readPlaceholders(settings.placeholders);
  const set = await readRuleFolders(folders, { placeholders });
  for (const warning of set.warnings) log.warn(sentence(warning));
  for (const { file, line, reason } of set.refused) log.warn(sentence({ file, line, reason }));
  for (const problem of set.problems) log.error(sentence(problem));
  if (set.problems.length > 0 && !settings["skip-bad-rules"]) {
    const list = set.problems.map(sentence).join("\n");
    throw new TrailsieveError("usage", `Cannot start with malformed rules:\n${list}`, {
      hint: "Mend them, or go on without them by --skip-bad-rules",
    });
  }
  return {
    specs: set.specs,
    folders,
    refused: set.problems.length + set.refused.length,
    skipped: set.problems.length,
    notApplicable: set.notApplicable.length,
    hash: set.hash,
  };
}

function sentence({ file, line, reason }: RuleProblem): string {
  return `${file}${line > 0 ? `:${line}` : ""}: ${reason}`;
}
