import { defineRule, type EventView } from "trailsieve/rule";
import { actorOf, readName, readText, succeeded } from "../lib/mod.ts";

/** The answer names the owner too, should the request be missing. */
const OWNER_PATHS = ["requestParameters.userName", "responseElements.accessKey.userName"];

export default defineRule({
  id: "access-key-for-another-user",
  title: "Access key created for another user",
  level: "medium",
  description:
    "A principal made an access key for an IAM user other than itself. The key works until somebody " +
    "deletes it, whatever becomes of the credentials that made it, and carries the other user's rights.",
  author: "Trailsieve",
  tags: ["attack.persistence", "attack.privilege-escalation", "attack.t1098.001"],
  references: [
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html",
    "https://attack.mitre.org/techniques/T1098/001/",
  ],
  falsePositives: [
    "Administrators and pipelines that provision or rotate the keys of service users",
  ],
  eventSources: ["iam.amazonaws.com"],
  eventNames: ["CreateAccessKey"],
  matches(event) {
    if (readText(event, "eventSource") !== "iam.amazonaws.com") return false;
    if (readText(event, "eventName") !== "CreateAccessKey" || !succeeded(event)) return false;
    const owner = ownerOf(event);
    // A call without a user name makes a key for the caller.
    return owner !== undefined && owner !== callerName(event);
  },
  alertTitle: (event) =>
    `Access key for ${readName(event, ...OWNER_PATHS)} created by ${actorOf(event)}`,
});

function ownerOf(event: EventView): string | undefined {
  return OWNER_PATHS.map((path) => readText(event, path)).find((owner) => owner !== undefined);
}

/**
 * The caller's name as an IAM user; its ARN goes before `userName`. The session name of a role does not
 * count, because whoever assumes the role chooses it.
 */
function callerName(event: EventView): string | undefined {
  if (readText(event, "userIdentity.type") !== "IAMUser") return undefined;
  const arn = readText(event, "userIdentity.arn");
  return arn?.includes(":user/")
    ? arn.slice(arn.lastIndexOf("/") + 1)
    : readText(event, "userIdentity.userName");
}
