/**
 * The top-level fields of a CloudTrail record that have a column or a meaning here, as AWS documents them in
 * "CloudTrail record contents". Any other field is kept in `extra`.
 */
export const RECORD_FIELDS = [
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
  "readOnly",
  "resources",
  "eventType",
  "apiVersion",
  "managementEvent",
  "recipientAccountId",
  "sharedEventID",
  "vpcEndpointId",
  "eventCategory",
  "serviceEventDetails",
  "tlsDetails",
] as const;

/** The name of such a field. */
export type RecordField = (typeof RECORD_FIELDS)[number];

/** A field's place in RECORD_FIELDS; without a prototype, whose members would pass for fields. */
export const FIELD: Readonly<Record<RecordField, number>> = Object.assign(
  Object.create(null),
  Object.fromEntries(RECORD_FIELDS.map((name, index) => [name, index])),
);
