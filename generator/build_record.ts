import type { Action, ApiError } from "./actions/mod.ts";
import type { Caller } from "./callers.ts";
import type { Scene } from "./scene.ts";
import { HOLES } from "./template.ts";

/** The members of a record, in the order in which CloudTrail writes them. */
export type TrailRecord = Record<string, unknown>;

/** The services' versions are rolled out over years, so a trail holds a mix. */
const VERSIONS: readonly string[] = ["1.08", "1.09", "1.09", "1.10", "1.11", "1.11", "1.11"];
const THROTTLED: ApiError = { code: "ThrottlingException", message: "Rate exceeded" };
const DENIED: ApiError = {
  code: "AccessDenied",
  message:
    "User is not authorized to perform this action because no identity-based policy allows it",
};
const EC2_DENIED: ApiError = {
  code: "Client.UnauthorizedOperation",
  message: "You are not authorized to perform this operation.",
};

/** Which error a call ends with: one that is its own, or one of any service. */
export function chooseError(action: Action, scene: Scene): ApiError {
  const denied = action.service === "ec2" ? EC2_DENIED : DENIED;
  return scene.prng.pick([
    ...(action.errors ?? []),
    THROTTLED,
    ...(action.neverDenied === true ? [] : [denied]),
  ]);
}

/** The host that the client asked for. */
function hostOf(action: Action, scene: Scene): string {
  const { partition } = scene.organization;
  if (action.service === "signin") return partition.signInHost;
  if (action.service === "iam" || action.service === "cloudfront" || action.service === "route53") {
    return `${action.service}.${partition.dnsSuffix}`;
  }
  if (action.service === "s3" && action.name !== "ListBuckets") {
    return `s3.${scene.region}.${partition.dnsSuffix}`;
  }
  return `${action.service}.${scene.region}.${partition.dnsSuffix}`;
}

/**
 * A record with placeholders where copies differ (see template.ts): instant, request id and event id among
 * them. `readOnly` follows from the action, `errorCode` from `error`; members that CloudTrail leaves out
 * are left out.
 */
export function buildRecord(
  scene: Scene,
  caller: Caller,
  action: Action,
  error?: ApiError,
): TrailRecord {
  const eventType = action.eventType ?? "AwsApiCall";
  const version = scene.prng.pick(VERSIONS);
  const tls = caller.internal !== true && eventType !== "AwsServiceEvent";
  return {
    eventVersion: version,
    userIdentity: caller.userIdentity(scene),
    eventTime: HOLES.time,
    eventSource: `${action.service}.amazonaws.com`,
    eventName: action.name,
    awsRegion: scene.region,
    sourceIPAddress: caller.sourceIPAddress(scene),
    userAgent: caller.userAgent(scene),
    ...(error?.code === undefined ? {} : { errorCode: error.code }),
    ...(error === undefined ? {} : { errorMessage: error.message }),
    requestParameters: action.request?.(scene) ?? null,
    responseElements: error === undefined || eventType === "AwsConsoleSignIn"
      ? action.response?.(scene) ?? null
      : null,
    ...(action.additional === undefined ? {} : { additionalEventData: action.additional(scene) }),
    ...(eventType === "AwsConsoleSignIn" ? {} : { requestID: requestId(action) }),
    eventID: HOLES.uuid,
    readOnly: action.write !== true,
    ...(action.resources === undefined ? {} : { resources: action.resources(scene) }),
    eventType,
    ...(action.apiVersion === undefined ? {} : { apiVersion: action.apiVersion }),
    managementEvent: action.data !== true,
    recipientAccountId: scene.account.id,
    ...(caller.internal === true && action.service === "kms" ? { sharedEventID: HOLES.uuid } : {}),
    ...(caller.vpcEndpointId === undefined || action.global === true ? {} : {
      vpcEndpointId: caller.vpcEndpointId,
      ...(version === "1.11" ? { vpcEndpointAccountId: scene.account.id } : {}),
    }),
    ...(eventType === "AwsServiceEvent"
      ? { serviceEventDetails: { [action.name]: "Success" } }
      : {}),
    eventCategory: action.data === true ? "Data" : "Management",
    ...(tls
      ? {
        tlsDetails: {
          tlsVersion: "TLSv1.3",
          cipherSuite: "TLS_AES_128_GCM_SHA256",
          clientProvidedHostHeader: hostOf(action, scene),
        },
      }
      : {}),
    ...(caller.console === true && eventType === "AwsApiCall"
      ? { sessionCredentialFromConsole: "true" }
      : {}),
  };
}

function requestId(action: Action): string {
  return action.service === "s3" ? HOLES.token : HOLES.uuid;
}
