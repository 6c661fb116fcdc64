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

/**
 * Members of such fields that have a column or a meaning of their own, by path: they are found while scanning. What
 * leads to a member stands before it.
 */
export const RECORD_MEMBERS = [
  "userIdentity.type",
  "userIdentity.arn",
  "userIdentity.userName",
  "userIdentity.accountId",
  "userIdentity.principalId",
  "userIdentity.accessKeyId",
  "userIdentity.invokedBy",
  "userIdentity.sessionContext",
  "userIdentity.sessionContext.sessionIssuer",
  "userIdentity.sessionContext.sessionIssuer.arn",
  "requestParameters.bucketName",
  "requestParameters.key",
] as const;

/** The path of such a member. */
export type RecordMember = (typeof RECORD_MEMBERS)[number];

/** Everything of a record whose place is noted: its fields, whose slots are those of FIELD, then the members. */
export const RECORD_SLOTS: readonly (RecordField | RecordMember)[] = [
  ...RECORD_FIELDS,
  ...RECORD_MEMBERS,
];

/** A slot by its path. */
export const SLOT: Readonly<Record<RecordField | RecordMember, number>> = Object.assign(
  Object.create(null),
  Object.fromEntries(RECORD_SLOTS.map((path, index) => [path, index])),
);
