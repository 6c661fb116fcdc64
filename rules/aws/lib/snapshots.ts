import type { EventView } from "trailsieve/rule";
import { readName } from "./names.ts";
import { asList, asObject, asText, asTexts, readText } from "./values.ts";

const RDS_CALLS = ["ModifyDBClusterSnapshotAttribute", "ModifyDBSnapshotAttribute"];

/** Where the calls that share snapshots come from, for a rule's index. */
export const SNAPSHOT_SOURCES = ["ec2.amazonaws.com", "rds.amazonaws.com"] as const;
export const SNAPSHOT_CALLS = [...RDS_CALLS, "ModifySnapshotAttribute"] as const;

/** The accounts that a call adds to a snapshot of a volume or a database, with `all` for everyone. */
export function snapshotGrantees(event: EventView): readonly string[] {
  const source = readText(event, "eventSource");
  const name = readText(event, "eventName") ?? "";
  if (source === "ec2.amazonaws.com" && name === "ModifySnapshotAttribute") {
    return asList(event.get("requestParameters.createVolumePermission.add")).flatMap((element) => {
      const permission = asObject(element);
      const grantee = asText(permission?.userId) ?? asText(permission?.group);
      return grantee !== undefined && /^(\d+|all)$/.test(grantee) ? [grantee] : [];
    });
  }
  if (source === "rds.amazonaws.com" && RDS_CALLS.includes(name)) {
    return readText(event, "requestParameters.attributeName") === "restore"
      ? asTexts(event.get("requestParameters.valuesToAdd"))
      : [];
  }
  return [];
}

/** The name of the snapshot that is shared. */
export function snapshotOf(event: EventView): string {
  return readName(
    event,
    "requestParameters.snapshotId",
    "requestParameters.dBSnapshotIdentifier",
    "requestParameters.dBClusterSnapshotIdentifier",
  );
}
