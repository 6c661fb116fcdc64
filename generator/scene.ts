import type { Account, Organization, Person } from "./organization.ts";
import type { Prng } from "./prng.ts";

/** Where and for whom an event is made up; every request and response is built from this alone. */
export interface Scene {
  readonly organization: Organization;
  readonly account: Account;
  /** `awsRegion` of the event. */
  readonly region: string;
  readonly prng: Prng;
  /** The caller, for calls about oneself. */
  readonly person: Person;
}

/** An ARN in the scene's account and region; services without regions or accounts are known. */
export function arn(scene: Scene, service: string, resource: string): string {
  const partition = scene.organization.partition.name;
  if (service === "s3") return `arn:${partition}:s3:::${resource}`;
  const region = service === "iam" || service === "sts" || service === "organizations"
    ? ""
    : scene.region;
  return `arn:${partition}:${service}:${region}:${scene.account.id}:${resource}`;
}
