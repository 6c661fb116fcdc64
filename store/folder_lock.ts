import { dirname } from "node:path";
import { TrailsieveError } from "../core/errors.ts";

const BEING_MADE = "being made\n";

/**
 * A lock of the operating system on `<folder>.lock`: it ends with the process, however that ends. The file also
 * notes that the folder is just being made, since a process that dies then leaves half a database.
 */
export class FolderLock implements Disposable {
  readonly #file: Deno.FsFile;

  /** Takes the lock. Throws `locked` if another process holds it, `denied` if the file cannot be made. */
  constructor(folder: string) {
    this.#file = openLockFile(folder);
    if (this.#file.tryLockSync(true)) return;
    this.#file.close();
    throw new TrailsieveError(
      "locked",
      `Cannot open the embedded database in ${folder}: another process uses it`,
      {
        object: folder,
        hint: "Wait until that process ends, or use Postgres (--database postgres://…), which " +
          "several processes may use at once",
      },
    );
  }

  /** Whether the last holder ended while it was making the folder. */
  async wasBeingMade(): Promise<boolean> {
    const bytes = new Uint8Array(BEING_MADE.length);
    await this.#file.seek(0, Deno.SeekMode.Start);
    await this.#file.read(bytes);
    return new TextDecoder().decode(bytes) === BEING_MADE;
  }

  /** Notes that the folder is being made, or is no longer. */
  async noteBeingMade(isBeingMade: boolean): Promise<void> {
    await this.#file.truncate(0);
    await this.#file.seek(0, Deno.SeekMode.Start);
    if (isBeingMade) await this.#file.write(new TextEncoder().encode(BEING_MADE));
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

function openLockFile(folder: string): Deno.FsFile {
  try {
    Deno.mkdirSync(dirname(folder), { recursive: true });
    return Deno.openSync(`${folder}.lock`, { create: true, read: true, write: true });
  } catch (error) {
    throw new TrailsieveError(
      "denied",
      `Cannot open the embedded database in ${folder}: ${
        error instanceof Error ? error.message : String(error)
      }`,
      {
        cause: error,
        advice: "stop",
        hint: "Make the folder above it writable, or name another one in --database (DATABASE_URL)",
      },
    );
  }
}
