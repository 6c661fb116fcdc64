import { defineRule } from "trailsieve/rule";
import {
  actorOf,
  readName,
  SNAPSHOT_CALLS,
  SNAPSHOT_SOURCES,
  snapshotGrantees,
  snapshotOf,
  succeeded,
} from "../lib/mod.ts";

export default defineRule({
  id: "snapshot-made-public",
  title: "Snapshot shared with everyone",
  level: "high",
  description:
    "A snapshot of a volume or a database was made public: every AWS account can find it, copy it and " +
    "read all its data. There are programs that look for nothing else.",
  author: "Trailsieve",
  tags: ["attack.exfiltration", "attack.t1537"],
  references: [
    "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html",
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html",
    "https://attack.mitre.org/techniques/T1537/",
  ],
  falsePositives: ["A data set or an image published on purpose"],
  eventSources: SNAPSHOT_SOURCES,
  eventNames: SNAPSHOT_CALLS,
  matches: (event) => succeeded(event) && snapshotGrantees(event).includes("all"),
  alertTitle: (event) => `Snapshot ${snapshotOf(event)} made public by ${actorOf(event)}`,
  dedupKey: (event) =>
    `snapshot-made-public:${readName(event, "recipientAccountId")}:${snapshotOf(event)}`,
});
