import { defineRule, type EventView } from "trailsieve/rule";
import {
  accountOf,
  actorOf,
  listNames,
  outsidersOf,
  readName,
  readText,
  statementsOf,
  succeeded,
} from "../lib/mod.ts";

/** Where each call puts the trust policy. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  CreateRole: "requestParameters.assumeRolePolicyDocument",
  UpdateAssumeRolePolicy: "requestParameters.policyDocument",
};

export default defineRule({
  id: "role-trusts-outsider",
  title: "Role trusts another account or everyone",
  level: "medium",
  description:
    "A role was made, or changed, so that principals of another account, or all there are, can assume " +
    "it. The holder of that account needs no credentials of this one any more.",
  author: "Trailsieve",
  tags: ["attack.persistence", "attack.privilege-escalation", "attack.t1098.001", "attack.t1199"],
  references: [
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_cross-account-with-roles.html",
    "https://attack.mitre.org/techniques/T1199/",
  ],
  falsePositives: [
    "Roles for other accounts of the organization",
    "Roles for a vendor, made as the vendor's guide says",
    "The role by which Control Tower's management account looks after a new account",
  ],
  eventSources: ["iam.amazonaws.com"],
  eventNames: Object.keys(DOCUMENTS),
  matches: (event) => succeeded(event) && trusted(event).length > 0,
  alertTitle: (event) =>
    `Role ${readName(event, "requestParameters.roleName")} trusts ` +
    `${listNames(trusted(event))}, set by ${actorOf(event)}`,
});

function trusted(event: EventView): readonly string[] {
  if (readText(event, "eventSource") !== "iam.amazonaws.com") return [];
  const name = readText(event, "eventName") ?? "";
  if (!Object.hasOwn(DOCUMENTS, name)) return [];
  return outsidersOf(statementsOf(event.get(DOCUMENTS[name])), accountOf(event));
}
