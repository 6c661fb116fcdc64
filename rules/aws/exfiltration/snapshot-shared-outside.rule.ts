import { defineRule, type EventView } from "trailsieve/rule";
import {
  accountOf,
  actorOf,
  listNames,
  readName,
  SNAPSHOT_CALLS,
  SNAPSHOT_SOURCES,
  snapshotGrantees,
  snapshotOf,
  succeeded,
} from "../lib/mod.ts";

export default defineRule({
  id: "snapshot-shared-outside",
  title: "Snapshot shared outside the account",
  level: "medium",
  description:
    "A snapshot of a volume or a database was shared with another account, which can now copy it and " +
    "read all its data without a further call in this account. Sharing with everyone is a rule of its " +
    "own.",
  author: "Trailsieve",
  tags: ["attack.exfiltration", "attack.t1537"],
  references: [
    "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html",
    "https://attack.mitre.org/techniques/T1537/",
  ],
  falsePositives: ["Backups and golden images shared with another account of the organization"],
  eventSources: SNAPSHOT_SOURCES,
  eventNames: SNAPSHOT_CALLS,
  matches: (event) => succeeded(event) && strangersOf(event).length > 0,
  alertTitle: (event) =>
    `Snapshot ${snapshotOf(event)} shared with ${listNames(strangersOf(event))} by ${
      actorOf(event)
    }`,
  dedupKey: (event) =>
    `snapshot-shared-outside:${readName(event, "recipientAccountId")}:${snapshotOf(event)}`,
});

function strangersOf(event: EventView): readonly string[] {
  const own = accountOf(event);
  return snapshotGrantees(event).filter((grantee) => grantee !== own && grantee !== "all");
}
