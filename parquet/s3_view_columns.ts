/** What the view `cloudtrail_s3_events_flattened` has, for every dialect of SQL that shows it. */

/** A column of the view: one of `events`, or a member of its JSON text. */
export interface S3ViewColumn {
  readonly name: string;
  readonly column: string;
  /** The member's name; the column itself without it. */
  readonly member?: string;
  /** Whether the member is a number of bytes, which CloudTrail writes as `1234.0`. */
  readonly isNumber?: boolean;
}

/** The event source whose events the view shows. */
export const S3_VIEW_SOURCE = "s3.amazonaws.com";

const copy = (name: string, column: string = name): S3ViewColumn => ({ name, column });
const member = (name: string, column: string, member: string, isNumber = false): S3ViewColumn => ({
  name,
  column,
  member,
  isNumber,
});

/** The view's columns: named as CloudTrail names them, or as in `events` where that has a name of its own. */
export const S3_VIEW_COLUMNS: readonly S3ViewColumn[] = [
  copy("eventTime", "event_time"),
  copy("eventName", "event_name"),
  copy("user_arn"),
  copy("bucket_name"),
  copy("object_key"),
  copy("sourceIPAddress", "source_ip_address"),
  copy("userAgent", "user_agent"),
  copy("errorCode", "error_code"),
  copy("errorMessage", "error_message"),
  copy("awsRegion", "aws_region"),
  copy("recipientAccountId", "recipient_account_id"),
  copy("user_type"),
  copy("user_name"),
  copy("user_account_id"),
  copy("user_principal_id"),
  copy("user_access_key_id"),
  copy("user_invoked_by"),
  copy("session_issuer_arn"),
  copy("readOnly", "read_only"),
  copy("eventCategory", "event_category"),
  member("version_id", "request_parameters", "versionId"),
  member("list_prefix", "request_parameters", "prefix"),
  member("copy_source", "request_parameters", "x-amz-copy-source"),
  member("canned_acl", "request_parameters", "x-amz-acl"),
  member("bytes_in", "additional_event_data", "bytesTransferredIn", true),
  member("bytes_out", "additional_event_data", "bytesTransferredOut", true),
  member("authentication_method", "additional_event_data", "AuthenticationMethod"),
  member("encryption_applied", "additional_event_data", "SSEApplied"),
  copy("vpcEndpointId", "vpc_endpoint_id"),
  copy("requestID", "request_id"),
  copy("eventID", "event_id"),
  copy("source_object"),
];
