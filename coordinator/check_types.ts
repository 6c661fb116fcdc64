import { fileURLToPath } from "node:url";
import type { RuleProblem } from "../detection/mod.ts";

/** Maps `trailsieve/rule`, for rules wherever they lie. */
const CONFIG = fileURLToPath(new URL("../deno.json", import.meta.url));
/** Where a message of the compiler says it is about. */
const PLACE = /^\s+at (file:\/\/\S+?):(\d+):\d+$/;

/**
 * Has `deno check` look at TypeScript rules, all at once. Checking runs nothing of them, and fetches nothing.
 * @param env of which `PATH`, `HOME` and `DENO_DIR` are passed on
 * @returns null where this process may not start `deno` or there is none
 */
export async function checkTypes(
  files: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly RuleProblem[] | null> {
  if (files.length === 0) return [];
  const kept = ["PATH", "HOME", "DENO_DIR"].flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]]]
  );
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command("deno", {
      args: ["check", "--no-remote", "--no-npm", "--no-lock", "--config", CONFIG, ...files],
      clearEnv: true,
      env: { ...Object.fromEntries(kept), NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return null;
    }
    throw error;
  }
  if (output.success) return [];
  return readMessages(new TextDecoder().decode(output.stderr));
}

/** The compiler's messages, a problem each; a failure that names no place is one of the check itself. */
function readMessages(text: string): RuleProblem[] {
  const problems: RuleProblem[] = [];
  let reason: string | null = null;
  for (const line of text.split("\n")) {
    const message = /^(TS\d+) \[ERROR\]: (.*)$/.exec(line);
    const place = PLACE.exec(line);
    if (message !== null) reason = `${message[1]}: ${message[2].replace(/\.$/, "")}`;
    else if (place !== null && reason !== null) {
      problems.push({ file: fileURLToPath(place[1]), line: Number(place[2]), reason });
      reason = null;
    }
  }
  if (problems.length > 0) return problems;
  const first = text.split("\n").find((line) => line.startsWith("error")) ?? text.trim();
  const at = /(file:\/\/\S+?):(\d+):\d+/.exec(text);
  const file = at === null ? "deno check" : fileURLToPath(at[1]);
  return [{ file, line: at === null ? 0 : Number(at[2]), reason: first.replace(/^error: /, "") }];
}
