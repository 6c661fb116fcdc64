import { defineRule } from "trailsieve/rule";
import { actorOf, readNumber, readText, succeeded } from "../lib/mod.ts";

/** What the CIS AWS Foundations Benchmark asks of passwords. */
const LENGTH_MIN = 14;

export default defineRule({
  id: "password-policy-weakened",
  title: "Password policy weakened",
  level: "medium",
  description:
    "The account's password policy was deleted, or set to allow passwords of fewer than 14 characters " +
    "or the reuse of old ones. Both make guessing, and staying with a stolen password, easier.",
  author: "Trailsieve",
  tags: ["attack.defense-evasion", "attack.credential-access", "attack.t1556"],
  references: [
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html",
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html",
  ],
  falsePositives: [
    "An account without IAM users whose policy is reset when it is provisioned",
  ],
  eventSources: ["iam.amazonaws.com"],
  eventNames: ["DeleteAccountPasswordPolicy", "UpdateAccountPasswordPolicy"],
  matches(event) {
    if (readText(event, "eventSource") !== "iam.amazonaws.com" || !succeeded(event)) return false;
    const name = readText(event, "eventName");
    if (name === "DeleteAccountPasswordPolicy") return true;
    if (name !== "UpdateAccountPasswordPolicy") return false;
    // What the call leaves out falls back to AWS's default: 6 characters, reuse allowed.
    const length = readNumber(event, "requestParameters.minimumPasswordLength") ?? 6;
    const remembered = readNumber(event, "requestParameters.passwordReusePrevention") ?? 0;
    return length < LENGTH_MIN || remembered === 0;
  },
  alertTitle: (event) => `Password policy weakened by ${actorOf(event)}`,
});
