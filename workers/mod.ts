/** The door of the workers' room: the messages, and where the isolates' code lies. The rest runs in isolates. */
export * from "./compact_protocol.ts";
export * from "./protocol.ts";
export * from "./rule_protocol.ts";
