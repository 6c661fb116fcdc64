import { defineRule } from "trailsieve/rule";
import {
  actorOf,
  asFlag,
  grantsAdministration,
  readName,
  readText,
  statementsOf,
  succeeded,
} from "../lib/mod.ts";

const ATTACHING = ["AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy"];
const INLINE = ["PutGroupPolicy", "PutRolePolicy", "PutUserPolicy"];
/** AWS's own policies that grant everything, or all of IAM, in any partition. */
const ADMIN_POLICY = /^arn:[^:]+:iam::aws:policy\/(AdministratorAccess|IAMFullAccess)$/;

export default defineRule({
  id: "iam-policy-widened",
  title: "IAM policy widened to administration",
  level: "high",
  description:
    "A user, group or role got every permission, or all of IAM with which to get them: by a managed " +
    "policy of AWS, an inline policy, or a new version of a policy already attached.",
  author: "Trailsieve",
  tags: ["attack.privilege-escalation", "attack.persistence", "attack.t1098.003"],
  references: [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html",
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html",
    "https://attack.mitre.org/techniques/T1098/003/",
  ],
  falsePositives: [
    "The administrator role of a new account, made by the pipeline that provisions accounts",
  ],
  eventSources: ["iam.amazonaws.com"],
  eventNames: [...ATTACHING, ...INLINE, "CreatePolicyVersion"],
  matches(event) {
    if (readText(event, "eventSource") !== "iam.amazonaws.com" || !succeeded(event)) return false;
    // Identity Center writes its permission sets into roles itself; assigning them is another event.
    if (readText(event, "userIdentity.invokedBy") === "sso.amazonaws.com") return false;
    const name = readText(event, "eventName") ?? "";
    if (ATTACHING.includes(name)) {
      return ADMIN_POLICY.test(readText(event, "requestParameters.policyArn") ?? "");
    }
    // A version that is not the default has no effect yet.
    const takesEffect = INLINE.includes(name) ||
      name === "CreatePolicyVersion" &&
        asFlag(event.get("requestParameters.setAsDefault")) === true;
    return takesEffect &&
      statementsOf(event.get("requestParameters.policyDocument")).some(grantsAdministration);
  },
  alertTitle(event) {
    const grantee = readName(
      event,
      "requestParameters.userName",
      "requestParameters.roleName",
      "requestParameters.groupName",
      "requestParameters.policyArn",
    );
    return `Administration granted to ${grantee} by ${actorOf(event)}`;
  },
});
