import { defineRule } from "trailsieve/rule";
import {
  actorOf,
  grantsAdministration,
  readName,
  readText,
  statementsOf,
  succeeded,
} from "../lib/mod.ts";

export default defineRule({
  id: "permission-set-widened",
  title: "Inline policy of a permission set grants administration",
  level: "medium",
  description:
    "A permission set of Identity Center got an inline policy that allows everything, or all of IAM. " +
    "Everyone it is assigned to becomes administrator at the next provisioning, and a list of managed " +
    "policies does not show it.",
  author: "Trailsieve",
  tags: ["attack.privilege-escalation", "attack.persistence", "attack.t1098.003"],
  references: [
    "https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PutInlinePolicyToPermissionSet.html",
    "https://attack.mitre.org/techniques/T1098/003/",
  ],
  falsePositives: ["The set-up of Identity Center"],
  eventSources: ["sso.amazonaws.com"],
  eventNames: ["PutInlinePolicyToPermissionSet"],
  matches(event) {
    return readText(event, "eventSource") === "sso.amazonaws.com" &&
      readText(event, "eventName") === "PutInlinePolicyToPermissionSet" && succeeded(event) &&
      statementsOf(event.get("requestParameters.inlinePolicy")).some(grantsAdministration);
  },
  alertTitle: (event) =>
    `Permission set ${
      readName(event, "requestParameters.permissionSetArn")
    } grants administration, set by ${actorOf(event)}`,
});
