import { compareCodePoints } from "../core/json_text.ts";
import { TrailsieveError } from "../core/errors.ts";

/** A file below a rules' folder. */
export interface RuleFile {
  /** The folder as given, and the path below it. */
  readonly path: string;
  readonly kind: "sigma" | "module" | "other-module";
  readonly size: number;
}

/**
 * The files below a folder that make up its rules, in the order of their paths by code point: Sigma
 * documents, TypeScript rules, and the TypeScript that these may import. Files that only tests read
 * (`*_test.ts`) and names that start with a dot are left out. Links are followed, each folder once.
 * Throws TrailsieveError `usage` where the folder does not exist or cannot be read.
 */
export async function findRuleFiles(folder: string): Promise<RuleFile[]> {
  const files: RuleFile[] = [];
  const visited = new Set<string>();
  const pending = [folder.length > 1 ? folder.replace(/\/+$/, "") : folder];
  while (pending.length > 0) {
    const current = pending.pop()!;
    const real = await orExplain(current, () => Deno.realPath(current));
    if (visited.has(real)) continue;
    visited.add(real);
    const entries = await orExplain(current, () => Array.fromAsync(Deno.readDir(current)));
    for (const { name, isDirectory } of entries) {
      if (name.startsWith(".")) continue;
      const path = `${current}/${name}`;
      const kind = kindOf(name);
      if (isDirectory) pending.push(path);
      else {
        const info = await orExplain(path, () => Deno.stat(path));
        if (info.isDirectory) pending.push(path);
        else if (info.isFile && kind !== null) files.push({ path, kind, size: info.size });
      }
    }
  }
  return files.sort((a, b) => compareCodePoints(a.path, b.path));
}

/** Runs a call on a path; what it throws becomes a sentence. */
async function orExplain<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const found = cause instanceof Deno.errors.NotFound
      ? "it does not exist"
      : cause instanceof Deno.errors.NotADirectory
      ? "it is no folder"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new TrailsieveError("usage", `Cannot read rules in ${path}: ${found}`, {
      object: path,
      hint: "Give --rules a folder that this user may read",
      cause,
    });
  }
}

function kindOf(name: string): RuleFile["kind"] | null {
  if (name.endsWith(".yml") || name.endsWith(".yaml")) return "sigma";
  if (name.endsWith(".rule.ts")) return "module";
  if (name.endsWith(".ts") && !name.endsWith("_test.ts")) return "other-module";
  return null;
}
