/** The columns of the lake's tables, in the order of CONTRACT.md, "Lake". */

/**
 * What a column holds and how it is given: `timestamp` as ms since the epoch, `string` and `json` (the text
 * of a value) as strings, `bool` as boolean, `int64` as a whole number within 2^53; absent is null.
 */
export type ColumnType = "timestamp" | "string" | "bool" | "json" | "int64";

/** One column of a table. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Never null. */
  readonly required: boolean;
  /**
   * CloudTrail's top-level field that the column stores; null for copies of parts of another column, and
   * for what the record itself does not hold.
   */
  readonly field: string | null;
}

function column(name: string, type: ColumnType, field: string | null, required = false): Column {
  return { name, type, required, field };
}

/** The columns of `events`. */
export const EVENT_COLUMNS: readonly Column[] = [
  column("event_time", "timestamp", "eventTime", true),
  column("event_id", "string", "eventID", true),
  column("event_version", "string", "eventVersion"),
  column("event_source", "string", "eventSource"),
  column("event_name", "string", "eventName"),
  column("event_type", "string", "eventType"),
  column("event_category", "string", "eventCategory"),
  column("aws_region", "string", "awsRegion"),
  column("recipient_account_id", "string", "recipientAccountId"),
  column("source_ip_address", "string", "sourceIPAddress"),
  column("user_agent", "string", "userAgent"),
  column("error_code", "string", "errorCode"),
  column("error_message", "string", "errorMessage"),
  column("read_only", "bool", "readOnly"),
  column("management_event", "bool", "managementEvent"),
  column("request_id", "string", "requestID"),
  column("shared_event_id", "string", "sharedEventID"),
  column("vpc_endpoint_id", "string", "vpcEndpointId"),
  column("api_version", "string", "apiVersion"),
  column("user_type", "string", null),
  column("user_arn", "string", null),
  column("user_name", "string", null),
  column("user_account_id", "string", null),
  column("user_principal_id", "string", null),
  column("user_access_key_id", "string", null),
  column("user_invoked_by", "string", null),
  column("session_issuer_arn", "string", null),
  column("bucket_name", "string", null),
  column("object_key", "string", null),
  column("user_identity", "json", "userIdentity"),
  column("request_parameters", "json", "requestParameters"),
  column("response_elements", "json", "responseElements"),
  column("additional_event_data", "json", "additionalEventData"),
  column("resources", "json", "resources"),
  column("service_event_details", "json", "serviceEventDetails"),
  column("tls_details", "json", "tlsDetails"),
  column("extra", "json", null),
  column("source_object", "string", null),
];

/** The columns of `activity` that say which events are counted together. */
export const ACTIVITY_KEY_COLUMNS: readonly Column[] = [
  "recipient_account_id",
  "aws_region",
  "event_source",
  "event_name",
  "user_arn",
  "source_ip_address",
  "error_code",
].map((name) => column(name, "string", null));

/** The columns of `activity`, the rollup of an event hour. */
export const ACTIVITY_COLUMNS: readonly Column[] = [
  ...ACTIVITY_KEY_COLUMNS,
  column("event_count", "int64", null, true),
  column("first_event_time", "timestamp", null, true),
  column("last_event_time", "timestamp", null, true),
];
