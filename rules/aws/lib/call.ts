import type { EventView } from "trailsieve/rule";
import { readText } from "./values.ts";

/** Whether AWS carried the call out: a refused call carries an error code or, in old records, a message. */
export function succeeded(event: EventView): boolean {
  return !present(event.get("errorCode")) && !present(event.get("errorMessage"));
}

/** The account whose trail holds the record, which is the owner of what was called upon. */
export function accountOf(event: EventView): string | undefined {
  return readText(event, "recipientAccountId") ?? readText(event, "userIdentity.accountId");
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}
