import type { Scene } from "../scene.ts";

/** An API call as it appears in a trail: what is sent and what comes back. */
export interface Action {
  /** First part of `eventSource`, e.g. `ec2`. */
  readonly service: string;
  readonly name: string;
  /** Changes something; default false. */
  readonly write?: true;
  /** Of a service without regions: delivered in the partition's home region. */
  readonly global?: true;
  /** Default null. */
  readonly request?: (scene: Scene) => unknown;
  /** Default null, which is what CloudTrail writes for every read. */
  readonly response?: (scene: Scene) => unknown;
  readonly additional?: (scene: Scene) => unknown;
  readonly resources?: (scene: Scene) => unknown;
  readonly apiVersion?: string;
  /** A data event; the type that CloudTrail logs it under is in `resources`. */
  readonly data?: true;
  /** Default `AwsApiCall`. */
  readonly eventType?: "AwsConsoleSignIn" | "AwsServiceEvent" | "AwsConsoleAction";
  /** Errors that this call meets in ordinary work, beyond throttling and missing permissions. */
  readonly errors?: readonly ApiError[];
  /** Where missing permissions would be a sign of an attack, so that ordinary work does not meet them. */
  readonly neverDenied?: true;
}

/** `errorCode` and `errorMessage`; a failed login has no code. */
export interface ApiError {
  readonly code?: string;
  readonly message: string;
}

/** Reads that are told apart by their names alone. */
export function reads(
  service: string,
  names: readonly string[],
  details: Omit<Action, "service" | "name"> = {},
): readonly Action[] {
  return names.map((name) => ({ service, name, ...details }));
}
