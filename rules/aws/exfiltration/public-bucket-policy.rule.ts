import { defineRule } from "trailsieve/rule";
import {
  actorOf,
  opensToEveryone,
  readName,
  readText,
  statementsOf,
  succeeded,
} from "../lib/mod.ts";

export default defineRule({
  id: "public-bucket-policy",
  title: "Bucket policy that lets everyone in",
  level: "high",
  description:
    "A bucket policy was set that allows everyone something, and no condition holds strangers off: not " +
    "on the network, the VPC endpoint, the account or the organization. S3 refuses such a policy where " +
    "Block Public Access is on; that call fails and is not reported here.",
  author: "Trailsieve",
  tags: ["attack.exfiltration", "attack.collection", "attack.t1530"],
  references: [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    "https://attack.mitre.org/techniques/T1530/",
  ],
  falsePositives: ["A bucket meant to serve public files, such as a static website"],
  eventSources: ["s3.amazonaws.com"],
  eventNames: ["PutBucketPolicy"],
  matches(event) {
    return readText(event, "eventSource") === "s3.amazonaws.com" &&
      readText(event, "eventName") === "PutBucketPolicy" && succeeded(event) &&
      statementsOf(event.get("requestParameters.bucketPolicy")).some(opensToEveryone);
  },
  alertTitle: (event) =>
    `Bucket ${readName(event, "requestParameters.bucketName")} opened to everyone ` +
    `by ${actorOf(event)}`,
  dedupKey: (event) => `public-bucket-policy:${readName(event, "requestParameters.bucketName")}`,
});
