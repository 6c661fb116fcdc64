import { defineRule } from "trailsieve/rule";
import { actorOf, readText } from "../lib/mod.ts";

export default defineRule({
  id: "console-login-without-mfa",
  title: "Console login without MFA",
  level: "medium",
  description:
    "An IAM user or the root user signed in to the console with a password alone. A leaked or guessed " +
    "password is then all it takes. Federated logins are left out: their second factor is asked for by " +
    "the identity provider and does not show in CloudTrail.",
  author: "Trailsieve",
  tags: ["attack.initial-access", "attack.t1078.004"],
  references: [
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html",
  ],
  falsePositives: [
    "The first login of a new user who has yet to register a device",
    "Break-glass users kept without MFA on purpose",
  ],
  eventSources: ["signin.amazonaws.com"],
  eventNames: ["ConsoleLogin"],
  matches(event) {
    const type = readText(event, "userIdentity.type");
    return readText(event, "eventSource") === "signin.amazonaws.com" &&
      readText(event, "eventName") === "ConsoleLogin" &&
      (type === "IAMUser" || type === "Root") &&
      readText(event, "responseElements.ConsoleLogin") === "Success" &&
      readText(event, "additionalEventData.MFAUsed")?.toLowerCase() === "no";
  },
  alertTitle: (event) => `Console login without MFA by ${actorOf(event)}`,
});
