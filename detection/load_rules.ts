import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { sha256Hex } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { findRuleFiles, type RuleFile } from "./find_rule_files.ts";
import type { RuleProblem, RuleSet, RuleSpec } from "./rule_spec.ts";
import type { Placeholders } from "./sigma/expand_placeholders.ts";
import { SigmaCollection } from "./sigma/collection.ts";

/** Options of {@linkcode readRuleFolders}. */
export interface LoadOptions {
  /** Lists of values by placeholder name, without the percent signs, for Sigma's `expand`. */
  readonly placeholders?: Placeholders;
  /** Stops before the next file; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Reads every rule below the folders, in a stable order, and checks the Sigma documents. TypeScript rules
 * are only found: importing them is for an isolate. A malformed file is a problem in the result, and never
 * keeps the others from loading. Throws TrailsieveError `usage` for a folder that cannot be read.
 */
export async function readRuleFolders(
  folders: readonly string[],
  options: LoadOptions = {},
): Promise<RuleSet> {
  const modules: RuleSpec[] = [];
  const problems: RuleProblem[] = [];
  const hashes: string[] = [];
  const collection = new SigmaCollection(options.placeholders ?? {});
  for (const folder of folders) {
    for (const file of await findRuleFiles(folder)) {
      options.signal?.throwIfAborted();
      const bytes = await readWithinLimit(file, problems);
      if (bytes === null) continue;
      hashes.push(sha256Hex(bytes));
      if (file.kind === "module") {
        const url = pathToFileURL(resolve(file.path)).href;
        modules.push({ kind: "module", url, file: file.path });
      } else if (file.kind === "sigma") {
        await collection.add(file.path, bytes);
      }
    }
  }
  const sigma = collection.finish({ othersMayBeNamed: modules.length > 0 });
  return {
    ...sigma,
    specs: [...modules, ...sigma.specs],
    problems: [...problems, ...sigma.problems],
    // The names of files say nothing about what the rules do.
    hash: sha256Hex(hashes.sort().join("\n")),
  };
}

async function readWithinLimit(
  file: RuleFile,
  problems: RuleProblem[],
): Promise<Uint8Array | null> {
  if (file.size > LIMITS.ruleFileBytesMax) {
    const reason =
      `Cannot load rule file: its ${file.size} bytes are more than ${LIMITS.ruleFileBytesMax}`;
    problems.push({ file: file.path, line: 0, reason });
    return null;
  }
  try {
    return await Deno.readFile(file.path);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    problems.push({ file: file.path, line: 0, reason: `Cannot read rule file: ${found}` });
    return null;
  }
}
