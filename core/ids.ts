import { createHash } from "node:crypto";

/** Hex SHA-256 of UTF-8 text or bytes. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Hex SHA-256 of `rule_id`, newline, `event_id`: the same rule on the same event is the same alert. */
export function alertId(ruleId: string, eventId: string): string {
  return sha256Hex(`${ruleId}\n${eventId}`);
}
