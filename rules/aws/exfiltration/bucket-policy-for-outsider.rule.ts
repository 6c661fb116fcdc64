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

export default defineRule({
  id: "bucket-policy-for-outsider",
  title: "Bucket policy lets in another account",
  level: "low",
  description:
    "A bucket policy was set that allows principals of another account something. They can fetch what " +
    "it allows without a credential of this account. Letting everyone in is a rule of its own.",
  author: "Trailsieve",
  tags: ["attack.exfiltration", "attack.t1537"],
  references: [
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html",
    "https://attack.mitre.org/techniques/T1537/",
  ],
  falsePositives: [
    "Buckets shared within the organization",
    "Load balancers of older Regions, which write their logs from an account of AWS",
  ],
  eventSources: ["s3.amazonaws.com"],
  eventNames: ["PutBucketPolicy"],
  matches: (event) => succeeded(event) && accountsLetIn(event).length > 0,
  alertTitle: (event) =>
    `Bucket ${readName(event, "requestParameters.bucketName")} lets in ` +
    `${listNames(accountsLetIn(event))}, by ${actorOf(event)}`,
});

function accountsLetIn(event: EventView): readonly string[] {
  if (readText(event, "eventSource") !== "s3.amazonaws.com") return [];
  if (readText(event, "eventName") !== "PutBucketPolicy") return [];
  const statements = statementsOf(event.get("requestParameters.bucketPolicy"));
  return outsidersOf(statements, accountOf(event)).filter((outsider) => outsider !== "everyone");
}
