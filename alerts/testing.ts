/** What the tests of sinks share. */
import { alertLine } from "../core/event_pieces.ts";
import { alertId } from "../core/ids.ts";
import type { Delivery } from "./types.ts";

/** A delivery of the alert that rule `rule-N` raises, with `text` somewhere in its event. */
export function makeDelivery(
  number: number,
  options: { readonly maybeSent?: boolean; readonly text?: string } = {},
): Delivery {
  const id = alertId(`rule-${number}`, "event");
  const payload = JSON.stringify({
    alert_id: id,
    rule_id: `rule-${number}`,
    level: "high",
    title: `alert ${number}`,
    event: { requestParameters: { note: options.text ?? "" } },
  });
  return {
    alertId: id,
    payload,
    line: () => alertLine({ payload, eventPieces: 0 }, () => Promise.reject(new Error("no piece"))),
    level: "high",
    dedupKey: `rule-${number}`,
    maybeSent: options.maybeSent ?? false,
  };
}

/** A signal that never fires. */
export const NEVER = new AbortController().signal;
