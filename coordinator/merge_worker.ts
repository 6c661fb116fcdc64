import { TrailsieveError } from "../core/errors.ts";
import {
  COMPACT_ISOLATE_URL,
  type FileMessage,
  type FromMerger,
  type MergedMessage,
  type MergeMessage,
  type ReadMessage,
  type ToMerger,
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

/** What a merge tells and asks its owner. */
export interface MergeHandlers {
  /** An hour is ready; the next ones go on meanwhile. */
  readonly onMerged: (merged: MergedMessage) => void;
  /** Reads bytes of a remote file. */
  readonly read?: (request: ReadMessage) => Promise<Uint8Array>;
  /** Writes a file of a large hour, which waits for it. */
  readonly write?: (file: FileMessage) => Promise<void>;
}

/** The isolate that merges hours, started at its first use and gone with its owner. One merge at a time. */
export class MergeWorker implements Disposable {
  #worker: Worker | null = null;

  /**
   * Merges hours. The bytes of `files` are transferred and gone for the caller. Rejects with what a handler rejected
   * with, or with TrailsieveError `corrupt`.
   */
  async merge(message: MergeMessage, handlers: MergeHandlers): Promise<void> {
    const worker = this.#worker ??= new Worker(COMPACT_ISOLATE_URL, {
      type: "module",
      deno: { permissions: NO_PERMISSIONS },
    });
    const end = Promise.withResolvers<void>();
    let handlerError: unknown;
    const fail = (reason: string) => {
      this[Symbol.dispose]();
      end.reject(
        handlerError ?? new TrailsieveError("corrupt", `Cannot merge parts: ${reason}`, {
          stage: "compact",
          advice: "later",
        }),
      );
    };
    const answer = async (data: ReadMessage | FileMessage): Promise<void> => {
      let reply: ToMerger;
      try {
        reply = data.kind === "read"
          ? { kind: "range", id: data.id, bytes: await handlers.read!(data) }
          : { kind: "written", isWritten: await handlers.write!(data).then(() => true) };
      } catch (error) {
        handlerError ??= error;
        reply = data.kind === "read"
          ? { kind: "range", id: data.id, bytes: null }
          : { kind: "written", isWritten: false };
      }
      const bytes = reply.kind === "range" ? reply.bytes : null;
      worker.postMessage(reply, bytes === null ? [] : [bytes.buffer as ArrayBuffer]);
    };
    worker.onmessage = ({ data }: MessageEvent<FromMerger>) => {
      switch (data.kind) {
        case "read":
        case "file":
          return void answer(data);
        case "merged":
          return handlers.onMerged(data);
        case "end":
          return data.error === null ? end.resolve() : fail(data.error);
        default:
          data satisfies never;
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail(event.message || "the isolate ended without a word");
    };
    const bytes = message.files.filter((file) => file instanceof Uint8Array);
    worker.postMessage(message, bytes.map((file) => file.buffer as ArrayBuffer));
    await end.promise;
  }

  [Symbol.dispose](): void {
    this.#worker?.terminate();
    this.#worker = null;
  }
}
