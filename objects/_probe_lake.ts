import { randomUUID } from "node:crypto";
import { TrailsieveError } from "../core/errors.ts";
import { statusOfError } from "./_aws_errors.ts";
import type { CallOptions, LakeStore, PutCondition } from "./types.ts";

/**
 * Tries on a small file whether conditions hold: a second creation and a replacement of a version that was
 * never there must be refused, a replacement of the right version must be taken. The file is removed again.
 * Throws what the store throws where it cannot be written to or read at all.
 */
export async function probeConditions(
  lake: LakeStore,
  options: CallOptions,
): Promise<{ readonly conditionalWrites: boolean }> {
  const path = `_work/probe/${randomUUID()}`;
  const [tried] = await Promise.allSettled([tryConditions(lake, path, options)]);
  // Also after a failure, and first of all: a probe leaves nothing behind.
  const [removed] = await Promise.allSettled([lake.delete(path)]);
  if (tried.status === "rejected") throw tried.reason;
  if (removed.status === "rejected") throw removed.reason;
  return { conditionalWrites: tried.value };
}

async function tryConditions(
  lake: LakeStore,
  path: string,
  options: CallOptions,
): Promise<boolean> {
  const put = (text: string, condition: PutCondition) =>
    lake.put(path, new TextEncoder().encode(text), { ...options, condition });
  const isRefused = async (text: string, condition: PutCondition): Promise<boolean> => {
    try {
      await put(text, condition);
      return false;
    } catch (error) {
      if (error instanceof TrailsieveError && error.code === "condition") return true;
      throw error;
    }
  };
  const first = await put("one", { kind: "always" });
  if (await lake.get(path, options) === null) {
    throw new TrailsieveError("bug", `Cannot probe ${lake.url}: a file that was written is gone`);
  }
  try {
    return await isRefused("two", { kind: "create" }) &&
      !await isRefused("three", { kind: "replace", etag: first }) &&
      await isRefused("four", { kind: "replace", etag: first });
  } catch (error) {
    // A store that does not know the headers may say so instead of ignoring them.
    const cause = error instanceof TrailsieveError ? error.cause : undefined;
    if ([400, 501].includes(statusOfError(cause ?? {}) ?? 0)) return false;
    throw error;
  }
}
