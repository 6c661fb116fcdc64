import { defineRule, type EventView } from "trailsieve/rule";
import {
  accountOf,
  actorOf,
  asList,
  asObject,
  asText,
  listNames,
  readName,
  readText,
  succeeded,
} from "../lib/mod.ts";

const OBJECT_CALLS = ["CopyObject", "CreateMultipartUpload", "PutObject"];

export default defineRule({
  id: "encrypted-with-foreign-key",
  title: "Objects encrypted with a KMS key of another account",
  level: "high",
  description:
    "An object was written, or a bucket was set to encrypt, with a KMS key that belongs to another " +
    "account. Its owner alone decides who may read the data from now on, which is how extortionists " +
    "take a bucket.",
  author: "Trailsieve",
  tags: ["attack.impact", "attack.t1486"],
  references: [
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    "https://attack.mitre.org/techniques/T1486/",
  ],
  falsePositives: ["Buckets that use a central key of the organization"],
  eventSources: ["s3.amazonaws.com"],
  eventNames: [...OBJECT_CALLS, "PutBucketEncryption"],
  matches(event) {
    if (readText(event, "eventSource") !== "s3.amazonaws.com" || !succeeded(event)) return false;
    const keys = keysOf(event);
    if (keys.length === 0) return false;
    const own = bucketOwnerOf(event);
    return own !== undefined && keys.some((key) => {
      const account = key.split(":")[4];
      return account !== undefined && /^\d{12}$/.test(account) && account !== own;
    });
  },
  alertTitle: (event) =>
    `Bucket ${readName(event, "requestParameters.bucketName")}: data encrypted ` +
    `with ${listNames(keysOf(event))} by ${actorOf(event)}`,
  dedupKey: (event) =>
    `encrypted-with-foreign-key:${readName(event, "requestParameters.bucketName")}`,
});

/**
 * The bucket's account where the record names it. The trail of the caller's account holds the call too,
 * and there a key of the bucket's owner is no stranger's.
 */
function bucketOwnerOf(event: EventView): string | undefined {
  for (const element of asList(event.get("resources"))) {
    const resource = asObject(element);
    if (resource?.type === "AWS::S3::Bucket") return asText(resource.accountId) ?? accountOf(event);
  }
  return accountOf(event);
}

/** ARNs of the keys that a call names. A bare key id is always one of the own account. */
function keysOf(event: EventView): readonly string[] {
  const name = readText(event, "eventName") ?? "";
  const keys = OBJECT_CALLS.includes(name)
    ? [readText(event, "requestParameters.x-amz-server-side-encryption-aws-kms-key-id")]
    : name === "PutBucketEncryption"
    ? asList(event.get("requestParameters.ServerSideEncryptionConfiguration.Rule")).map((rule) =>
      asText(asObject(asObject(rule)?.ApplyServerSideEncryptionByDefault)?.KMSMasterKeyID)
    )
    : [];
  return keys.filter((key) => key !== undefined && key.startsWith("arn:")) as readonly string[];
}
