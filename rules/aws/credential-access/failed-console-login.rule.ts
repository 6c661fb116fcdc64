import { defineRule } from "trailsieve/rule";
import { readName, readText } from "../lib/mod.ts";

export default defineRule({
  id: "failed-console-login",
  title: "Failed console login",
  level: "low",
  description:
    "A login to the console failed. One is a typing error; the alerts of one account and address carry " +
    "one dedup key, so that a guessing attack shows as one incident with many events.",
  author: "Trailsieve",
  tags: ["attack.credential-access", "attack.t1110"],
  references: [
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
    "https://attack.mitre.org/techniques/T1110/",
  ],
  falsePositives: ["A mistyped or forgotten password", "A code of an MFA device that ran out"],
  eventSources: ["signin.amazonaws.com"],
  eventNames: ["ConsoleLogin"],
  matches(event) {
    return readText(event, "eventSource") === "signin.amazonaws.com" &&
      readText(event, "eventName") === "ConsoleLogin" &&
      readText(event, "responseElements.ConsoleLogin") === "Failure";
  },
  alertTitle: (event) =>
    `Failed console login of ${readName(event, "userIdentity.userName")} from ${
      readName(event, "sourceIPAddress")
    }`,
  dedupKey: (event) =>
    `failed-console-login:${readName(event, "recipientAccountId")}:${
      readName(event, "sourceIPAddress")
    }`,
});
