import { TrailsieveError } from "../core/errors.ts";
import {
  COMPACT_ISOLATE_URL,
  type MergedMessage,
  type MergeEndMessage,
  type MergeMessage,
} from "../workers/mod.ts";

const NO_PERMISSIONS = {
  net: false,
  read: false,
  env: false,
  ffi: false,
  import: false,
  run: false,
  sys: false,
  write: false,
} as const;

/** The isolate that merges hours, started at its first use and gone with its owner. One merge at a time. */
export class MergeWorker implements Disposable {
  #worker: Worker | null = null;

  /**
   * Merges hours; each is handed to `onMerged` as soon as it is ready, and the next ones go on meanwhile.
   * The bytes of `files` are transferred and gone for the caller. Rejects with TrailsieveError `corrupt`.
   */
  async merge(message: MergeMessage, onMerged: (merged: MergedMessage) => void): Promise<void> {
    const worker = this.#worker ??= new Worker(COMPACT_ISOLATE_URL, {
      type: "module",
      deno: { permissions: NO_PERMISSIONS },
    });
    const end = Promise.withResolvers<void>();
    const fail = (reason: string) => {
      this[Symbol.dispose]();
      end.reject(
        new TrailsieveError("corrupt", `Cannot merge parts: ${reason}`, {
          stage: "compact",
          advice: "later",
        }),
      );
    };
    worker.onmessage = ({ data }: MessageEvent<MergedMessage | MergeEndMessage>) => {
      if (data.kind === "merged") onMerged(data);
      else if (data.error === null) end.resolve();
      else fail(data.error);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message || "the isolate ended without a word");
    };
    worker.postMessage(message, message.files.map((file) => file.buffer as ArrayBuffer));
    await end.promise;
  }

  [Symbol.dispose](): void {
    this.#worker?.terminate();
    this.#worker = null;
  }
}
