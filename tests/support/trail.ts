import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { planTrail, type TrailOptions, type TrailPlan } from "../../generator/mod.ts";

/** Writes a generated trail below a folder. @returns its plan, with the labels */
export async function writeTrail(folder: string, options: TrailOptions): Promise<TrailPlan> {
  const plan = planTrail({ gzipLevel: 1, ...options });
  for (const { key, bytes } of plan.objects()) {
    const path = `${folder}/${key}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, bytes);
  }
  return plan;
}

/** The folder of real logs beside the project, or null where it is absent (said once, by the caller). */
export function corpusFolder(): string | null {
  const folder = fileURLToPath(new URL("../../../shared/corpus", import.meta.url));
  try {
    return Deno.statSync(folder).isDirectory ? folder : null;
  } catch {
    return null;
  }
}
