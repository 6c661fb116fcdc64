import type { ObjectReport } from "./protocol.ts";

/** An object that could not be fetched. `status` says what the coordinator should do with it. */
export class FetchError extends Error {
  override readonly name = "FetchError";
  constructor(
    readonly status: Exclude<ObjectReport["status"], "done">,
    message: string,
  ) {
    super(message);
  }
}
