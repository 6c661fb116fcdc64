import { dirname } from "node:path";
import { openStore } from "../../store/mod.ts";

const ROOT = new URL("../../", import.meta.url);

/**
 * Gives a folder an embedded database as a first run would make it. Making one takes two seconds of a core, copying
 * one a tenth of that: it is made once for each state of the schema and kept in the system's folder for temporary
 * files.
 */
export function putMadeDatabase(folder: string): void {
  const copied = new Deno.Command("cp", { args: ["-r", MADE, folder] }).outputSync();
  if (!copied.success) throw new Error(new TextDecoder().decode(copied.stderr));
}

const MADE = await makeOnce();

async function makeOnce(): Promise<string> {
  const scratch = await Deno.makeTempDir();
  const made = `${dirname(scratch)}/trailsieve-test-database-${await schemaDigest()}`;
  try {
    if (await exists(made)) return made;
    const store = await openStore({ url: `pglite:${scratch}/state` });
    await store[Symbol.asyncDispose]();
    // Test files that run at the same time may each make one: the first one in place counts.
    await Deno.rename(`${scratch}/state`, made).catch(async (error) => {
      if (!await exists(made)) throw error;
    });
    return made;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** Of everything that decides what a new database holds. */
async function schemaDigest(): Promise<string> {
  const names = ["deno.lock"];
  for (const folder of ["migrations", "store"]) {
    for await (const { name } of Deno.readDir(new URL(folder, ROOT))) {
      if (!name.endsWith("_test.ts")) names.push(`${folder}/${name}`);
    }
  }
  const texts = await Promise.all(
    names.sort().map((name) => Deno.readTextFile(new URL(name, ROOT))),
  );
  const bytes = new TextEncoder().encode(texts.join("\0"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
