/** Sinks: the places alerts are delivered to. */
export type { Delivery, DeliveryResult, Sink } from "./types.ts";
export { openSinks } from "./open_sinks.ts";
export type { OpenSinksOptions } from "./open_sinks.ts";
