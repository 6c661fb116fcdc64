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

/** Calls that set a policy on something worth keeping in, with the place of the policy in each. */
const CALLS: Readonly<Record<string, { readonly source: string; readonly policy: string }>> = {
  PutBackupVaultAccessPolicy: { source: "backup.amazonaws.com", policy: "policy" },
  PutKeyPolicy: { source: "kms.amazonaws.com", policy: "policy" },
  PutResourcePolicy: { source: "secretsmanager.amazonaws.com", policy: "resourcePolicy" },
  SetRepositoryPolicy: { source: "ecr.amazonaws.com", policy: "policyText" },
};

export default defineRule({
  id: "resource-policy-for-outsider",
  title: "Secret, key, repository or backup vault opened to another account or everyone",
  level: "medium",
  description:
    "The policy of a secret, a KMS key, a container repository or a backup vault lets in principals of " +
    "another account, or all there are. What is kept there can be read from outside.",
  author: "Trailsieve",
  tags: ["attack.exfiltration", "attack.credential-access", "attack.t1537", "attack.t1555.006"],
  references: [
    "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html",
    "https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html",
    "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html",
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultAccessPolicy.html",
    "https://attack.mitre.org/techniques/T1537/",
  ],
  falsePositives: ["Resources shared with other accounts of the organization"],
  eventSources: Object.values(CALLS).map(({ source }) => source),
  eventNames: Object.keys(CALLS),
  matches: (event) => succeeded(event) && admitted(event).length > 0,
  alertTitle: (event) =>
    `${readName(event, "eventName")} lets in ${listNames(admitted(event))}, by ${actorOf(event)}`,
});

function admitted(event: EventView): readonly string[] {
  const name = readText(event, "eventName") ?? "";
  if (!Object.hasOwn(CALLS, name)) return [];
  const { source, policy } = CALLS[name];
  if (readText(event, "eventSource") !== source) return [];
  return outsidersOf(statementsOf(event.get(`requestParameters.${policy}`)), accountOf(event));
}
