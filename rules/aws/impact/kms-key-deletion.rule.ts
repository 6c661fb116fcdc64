import { defineRule } from "trailsieve/rule";
import { actorOf, readName, readText, succeeded } from "../lib/mod.ts";

const CALLS = ["ScheduleKeyDeletion", "DeleteImportedKeyMaterial"];

export default defineRule({
  id: "kms-key-deletion",
  title: "KMS key scheduled for deletion",
  level: "medium",
  description:
    "A KMS key was scheduled for deletion, or the key material that was imported into it was deleted. " +
    "Without the key, everything encrypted under it is lost; until the waiting period of 7 to 30 days " +
    "ends, the deletion can be cancelled. Imported material is gone at once.",
  author: "Trailsieve",
  tags: ["attack.impact", "attack.t1485"],
  references: [
    "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
    "https://attack.mitre.org/techniques/T1485/",
  ],
  falsePositives: ["Keys retired after their data, for example with the stack that made them"],
  eventSources: ["kms.amazonaws.com"],
  eventNames: CALLS,
  matches(event) {
    return readText(event, "eventSource") === "kms.amazonaws.com" &&
      CALLS.includes(readText(event, "eventName") ?? "") && succeeded(event);
  },
  alertTitle: (event) =>
    `KMS key ${readName(event, "requestParameters.keyId")} given up by ${actorOf(event)}`,
});
