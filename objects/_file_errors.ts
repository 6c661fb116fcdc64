import { pathToFileURL } from "node:url";
import { type ErrorCode, type Stage, TrailsieveError } from "../core/errors.ts";

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOENT: "missing",
  ENOTDIR: "missing",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
};

const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  missing: "Check that the folder exists and is mounted",
  denied: "Give the user that runs trailsieve access to it",
};

const ERRNO_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "Free space on that disk",
  EDQUOT: "Free space, or raise the quota",
};

/**
 * The one place where errors of the file system become ours. A fired signal's reason and errors of ours pass
 * unchanged.
 * @param verb completes "Cannot … file:///path"
 */
export function translateFileError(
  error: unknown,
  call: { readonly verb: string; readonly path: string; readonly stage?: Stage },
  signal?: AbortSignal,
): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof TrailsieveError) return error;
  const code = error instanceof Deno.errors.NotCapable
    ? "denied"
    : CODES[errnoOf(error)] ?? "unreachable";
  const object = fileUri(call.path);
  const state = (error as Error).message.replace(/\.$/, "");
  return new TrailsieveError(code, `Cannot ${call.verb} ${object}: ${state}`, {
    stage: call.stage,
    object,
    hint: ERRNO_HINTS[errnoOf(error)] ??
      (code === "missing" && call.verb === "write"
        ? "Choose a folder that can be made"
        : HINTS[code]),
    cause: error,
  });
}

/** The system's name of an error, as both Deno's and Node's file calls give it; empty where there is none. */
export function errnoOf(error: unknown): string {
  return (error as { code?: string }).code ?? "";
}

/** True where the path, or a folder of it, is not there. */
export function isAbsent(error: unknown): boolean {
  return errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR";
}

export function fileUri(path: string): string {
  return pathToFileURL(path).href;
}
