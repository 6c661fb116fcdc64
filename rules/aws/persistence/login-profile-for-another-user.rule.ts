import { defineRule } from "trailsieve/rule";
import { actorOf, asFlag, readName, readText, succeeded } from "../lib/mod.ts";

export default defineRule({
  id: "login-profile-for-another-user",
  title: "Console password set for another user",
  level: "medium",
  description:
    "A principal gave an IAM user other than itself a console password, or changed it, and the user " +
    "need not choose a new one at the next login. Whoever set it can sign in as the user. A reset that " +
    "the user has to change is the help desk's routine and left out.",
  author: "Trailsieve",
  tags: ["attack.persistence", "attack.privilege-escalation", "attack.t1098", "attack.t1078.004"],
  references: [
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html",
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html",
    "https://attack.mitre.org/techniques/T1098/",
  ],
  falsePositives: ["Break-glass users set up by an administrator"],
  eventSources: ["iam.amazonaws.com"],
  eventNames: ["CreateLoginProfile", "UpdateLoginProfile"],
  matches(event) {
    if (readText(event, "eventSource") !== "iam.amazonaws.com" || !succeeded(event)) return false;
    const name = readText(event, "eventName");
    if (name !== "CreateLoginProfile" && name !== "UpdateLoginProfile") return false;
    if (asFlag(event.get("requestParameters.passwordResetRequired")) === true) return false;
    const owner = readText(event, "requestParameters.userName");
    return owner !== undefined && owner !== readText(event, "userIdentity.userName");
  },
  alertTitle: (event) =>
    `Console password of ${readName(event, "requestParameters.userName")} set by ${actorOf(event)}`,
});
