import { defineRule } from "trailsieve/rule";
import { actorOf, asFlag, readName, readText, succeeded } from "../lib/mod.ts";

/** Calls that always end GuardDuty's watch over an account, or the administrator's view of it. */
const ENDING_CALLS = [
  "DeleteDetector",
  "DeleteMembers",
  "DisableOrganizationAdminAccount",
  "DisassociateFromAdministratorAccount",
  "DisassociateFromMasterAccount",
  "DisassociateMembers",
  "StopMonitoringMembers",
];

export default defineRule({
  id: "guardduty-disabled",
  title: "GuardDuty disabled",
  level: "high",
  description:
    "A GuardDuty detector was deleted or suspended, or member accounts were cut off from the account " +
    "that administers them. Findings about what comes next will be missing.",
  author: "Trailsieve",
  tags: ["attack.defense-evasion", "attack.t1562.001"],
  references: [
    "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_suspend-disable.html",
    "https://attack.mitre.org/techniques/T1562/001/",
  ],
  falsePositives: [
    "A Region given up on purpose",
    "A move of the delegated administrator, or an account that leaves the organization",
  ],
  eventSources: ["guardduty.amazonaws.com"],
  eventNames: [...ENDING_CALLS, "UpdateDetector"],
  matches(event) {
    if (readText(event, "eventSource") !== "guardduty.amazonaws.com" || !succeeded(event)) {
      return false;
    }
    const name = readText(event, "eventName") ?? "";
    if (name === "UpdateDetector") return asFlag(event.get("requestParameters.enable")) === false;
    return ENDING_CALLS.includes(name);
  },
  alertTitle: (event) =>
    `GuardDuty: ${readName(event, "eventName")} in ${readName(event, "awsRegion")} by ${
      actorOf(event)
    }`,
});
