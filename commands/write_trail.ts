import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { TrailsieveError } from "../core/errors.ts";
import type { GeneratedObject } from "../generator/mod.ts";
import { openLake } from "../objects/mod.ts";

/** Objects on their way to a bucket at the same time. */
const PUTS_AT_ONCE = 16;

/** Where generated objects go. */
export interface TrailWriter extends AsyncDisposable {
  /** Takes one object; resolves when there is room for the next. */
  write(object: GeneratedObject): Promise<void>;
  /** Resolves when everything that was taken is written. */
  flush(): Promise<void>;
}

/** Opens a folder (made where it is absent) or a bucket for writing. Throws TrailsieveError as stores do. */
export async function openTrailWriter(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<TrailWriter> {
  return url.startsWith("file:") ? folderWriter(fileURLToPath(url)) : await bucketWriter(url, env);
}

function folderWriter(folder: string): TrailWriter {
  const made = new Set<string>();
  return {
    async write({ key, bytes }) {
      const path = `${folder}${key}`;
      try {
        if (!made.has(dirname(path))) {
          await Deno.mkdir(dirname(path), { recursive: true });
          made.add(dirname(path));
        }
        await Deno.writeFile(path, bytes);
      } catch (cause) {
        throw new TrailsieveError(
          "unreachable",
          `Cannot write ${path}: ${(cause as Error).message}`,
          { cause },
        );
      }
    },
    flush: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function bucketWriter(
  url: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<TrailWriter> {
  const bucket = await openLake(url, { env, requests: { list: 0, get: 0, put: 0 } });
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;
  const flush = async () => {
    await Promise.all(underWay);
    if (failure !== null) throw failure.error;
  };
  return {
    async write({ key, bytes }) {
      if (underWay.size >= PUTS_AT_ONCE) await Promise.race(underWay);
      if (failure !== null) throw failure.error;
      const put: Promise<void> = bucket.put(key, bytes, { condition: { kind: "always" } })
        .then(() => {}, (error) => void (failure ??= { error }))
        .finally(() => underWay.delete(put));
      underWay.add(put);
    },
    flush,
    async [Symbol.asyncDispose]() {
      await Promise.all(underWay);
      await bucket.close();
    },
  };
}
