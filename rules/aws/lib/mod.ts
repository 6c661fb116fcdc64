/**
 * What the pack's TypeScript rules share: reading values of any shape, and the questions that Sigma
 * cannot ask of a policy document or a list of networks. Rules import this file alone.
 */
export { accountOf, succeeded } from "./call.ts";
export { opensToEveryone } from "./exposure.ts";
export { grantsAdministration } from "./grants.ts";
export { actorOf, listNames, readName } from "./names.ts";
export { isWorldCidr } from "./network.ts";
export { accountOfPrincipal, outsidersOf } from "./outsiders.ts";
export { type Statement, statementsOf } from "./policy.ts";
export { SNAPSHOT_CALLS, SNAPSHOT_SOURCES, snapshotGrantees, snapshotOf } from "./snapshots.ts";
export { asFlag, asList, asObject, asText, asTexts, readNumber, readText } from "./values.ts";
export type { JsonObject } from "./values.ts";
