import type { Action } from "./action.ts";
import { COMPUTE_ACTIONS } from "./compute.ts";
import { IDENTITY_ACTIONS } from "./identity.ts";
import { OPERATIONS_ACTIONS } from "./operations.ts";
import { STORAGE_ACTIONS } from "./storage.ts";

export type { Action, ApiError } from "./action.ts";

const CATALOG: ReadonlyMap<string, Action> = new Map(
  [...COMPUTE_ACTIONS, ...STORAGE_ACTIONS, ...IDENTITY_ACTIONS, ...OPERATIONS_ACTIONS].map(
    (action) => [`${action.service}:${action.name}`, action],
  ),
);

/** Every action that the quiet part of a trail knows. */
export function listActions(): readonly Action[] {
  return [...CATALOG.values()];
}

/**
 * The action written `service:Name`, or all of `service:*` that only read and are no data events.
 * Throws an Error if there is none.
 */
export function findActions(name: string): readonly Action[] {
  const [service, wanted] = name.split(":");
  const found = wanted === "*"
    ? listActions().filter((action) => {
      return action.service === service && !action.write && !action.data &&
        action.eventType === undefined;
    })
    : [CATALOG.get(name)].filter((action) => action !== undefined);
  if (found.length === 0) {
    throw new Error(`Cannot find the action ${name}: it is not in the catalog`);
  }
  return found;
}
