import { dirname } from "node:path";
import { TrailsieveError } from "../core/errors.ts";

/** Writes a run's report, whole or not at all. Throws TrailsieveError `unreachable`. */
export async function writeReport(path: string, report: Record<string, unknown>): Promise<void> {
  await writeWhole(path, `${JSON.stringify(report, null, 2)}\n`, "the report ");
}

/**
 * Writes a file, whole or not at all; its folder is made where it is absent. Throws TrailsieveError `unreachable`.
 * @param what how the error calls it, before its path
 */
export async function writeWhole(path: string, text: string, what = ""): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(temporary, text);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw new TrailsieveError(
      "unreachable",
      `Cannot write ${what}${path}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
