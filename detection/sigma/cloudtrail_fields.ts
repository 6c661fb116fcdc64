/**
 * Fields that CloudTrail documents under "CloudTrail record contents" and "userIdentity element". The rest
 * of a record is the called service's own, and no list can know it.
 */
const RECORD_FIELDS = new Set([
  "eventVersion",
  "userIdentity",
  "eventTime",
  "eventSource",
  "eventName",
  "awsRegion",
  "sourceIPAddress",
  "userAgent",
  "errorCode",
  "errorMessage",
  "requestParameters",
  "responseElements",
  "additionalEventData",
  "requestID",
  "eventID",
  "eventType",
  "apiVersion",
  "managementEvent",
  "readOnly",
  "resources",
  "recipientAccountId",
  "serviceEventDetails",
  "sharedEventID",
  "vpcEndpointId",
  "vpcEndpointAccountId",
  "eventCategory",
  "addendum",
  "sessionCredentialFromConsole",
  "edgeDeviceDetails",
  "tlsDetails",
  "insightDetails",
  "eventContext",
]);
const IDENTITY_FIELDS = new Set([
  "type",
  "userName",
  "principalId",
  "arn",
  "accountId",
  "accessKeyId",
  "sessionContext",
  "invokedBy",
  "sourceIdentity",
  "identityProvider",
  "inScopeOf",
  "onBehalfOf",
  "credentialId",
]);

/** Whether CloudTrail has a field at this path, as far as that can be known. */
export function isCloudTrailField(path: string): boolean {
  const [field, member] = path.split(".");
  if (field === "userIdentity" && member !== undefined) return IDENTITY_FIELDS.has(member);
  return RECORD_FIELDS.has(field);
}

/** A listener for fields that a rule reads, which warns once of each that CloudTrail does not have. */
export function warnOfUnknownField(
  warn: (line: number, reason: string) => void,
): (field: string, line: number) => void {
  const warned = new Set<string>();
  return (field, line) => {
    if (warned.has(field) || isCloudTrailField(field)) return;
    warned.add(field);
    warn(line, `CloudTrail has no field \`${field}\``);
  };
}
