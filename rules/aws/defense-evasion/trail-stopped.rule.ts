import { defineRule } from "trailsieve/rule";
import { actorOf, readName, readText, succeeded } from "../lib/mod.ts";

const ENDINGS: Readonly<Record<string, string>> = {
  StopLogging: "stopped",
  DeleteTrail: "deleted",
};

export default defineRule({
  id: "trail-stopped",
  title: "CloudTrail trail stopped or deleted",
  level: "high",
  description:
    "A trail no longer writes. Whoever wants to work unseen ends the record of their calls first, so " +
    "what follows this event may be missing from the logs.",
  author: "Trailsieve",
  tags: ["attack.defense-evasion", "attack.t1562.008"],
  references: [
    "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html",
    "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteTrail.html",
    "https://attack.mitre.org/techniques/T1562/008/",
  ],
  falsePositives: [
    "A trail replaced by an organization trail in a planned change",
    "Test accounts that are torn down",
  ],
  eventSources: ["cloudtrail.amazonaws.com"],
  eventNames: ["StopLogging", "DeleteTrail"],
  matches(event) {
    return readText(event, "eventSource") === "cloudtrail.amazonaws.com" &&
      Object.hasOwn(ENDINGS, readText(event, "eventName") ?? "") && succeeded(event);
  },
  alertTitle(event) {
    const ending = ENDINGS[readText(event, "eventName") ?? ""];
    const trail = readName(event, "requestParameters.name");
    return `Trail ${trail} ${ending} by ${actorOf(event)}`;
  },
});
