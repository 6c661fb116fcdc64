/** The names that `query` offers, as DuckDB's SQL. */
import { ACTIVITY_COLUMNS, type Column, EVENT_COLUMNS } from "../parquet/mod.ts";
import type { Dataset } from "../core/lake_paths.ts";

const SQL_TYPES: Record<Column["type"], string> = {
  timestamp: "TIMESTAMP WITH TIME ZONE",
  string: "VARCHAR",
  json: "VARCHAR",
  bool: "BOOLEAN",
  int64: "BIGINT",
};

/** Text as an SQL string. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path in which DuckDB's glob finds nothing to expand. */
export function escapeGlob(path: string): string {
  return path.replace(/[[*?]/g, "[$&]");
}

/**
 * A view over all files of a dataset, which has its columns also while there is no file.
 * @param root the lake's folder or URL prefix, ending in a slash
 */
export function datasetView(dataset: Dataset, root: string, hasFiles: boolean): string {
  const columns = dataset === "events" ? EVENT_COLUMNS : ACTIVITY_COLUMNS;
  const list = columns.map(({ name, type }) =>
    hasFiles ? name : `CAST(NULL AS ${SQL_TYPES[type]}) AS ${name}`
  ).join(", ");
  const source = hasFiles
    ? `FROM read_parquet(${quote(datasetGlob(dataset, root))}, hive_partitioning = false)`
    : "WHERE false";
  return `CREATE VIEW ${dataset} AS SELECT ${list} ${source}`;
}

/** Every file of a dataset, and nothing else. */
export function datasetGlob(dataset: Dataset, root: string): string {
  return `${escapeGlob(root)}${dataset}/**/*.parquet`;
}

/**
 * S3's events with what an auditor asks of them in columns of their own, named as CloudTrail names them.
 * A member of JSON text that DuckDB refuses (a lone surrogate) is null rather than the query's end.
 */
export const S3_EVENTS_VIEW = `
CREATE VIEW cloudtrail_s3_events_flattened AS SELECT
  event_time AS eventTime,
  event_name AS eventName,
  user_arn,
  bucket_name,
  object_key,
  source_ip_address AS sourceIPAddress,
  user_agent AS userAgent,
  error_code AS errorCode,
  error_message AS errorMessage,
  aws_region AS awsRegion,
  recipient_account_id AS recipientAccountId,
  user_type,
  user_name,
  user_account_id,
  user_principal_id,
  user_access_key_id,
  user_invoked_by,
  session_issuer_arn,
  read_only AS readOnly,
  event_category AS eventCategory,
  ${member("request_parameters", "versionId")} AS version_id,
  ${member("request_parameters", "prefix")} AS list_prefix,
  ${member("request_parameters", "x-amz-copy-source")} AS copy_source,
  ${member("request_parameters", "x-amz-acl")} AS canned_acl,
  TRY_CAST(${member("additional_event_data", "bytesTransferredIn")} AS DOUBLE)::BIGINT AS bytes_in,
  TRY_CAST(${
  member("additional_event_data", "bytesTransferredOut")
} AS DOUBLE)::BIGINT AS bytes_out,
  ${member("additional_event_data", "AuthenticationMethod")} AS authentication_method,
  ${member("additional_event_data", "SSEApplied")} AS encryption_applied,
  vpc_endpoint_id AS vpcEndpointId,
  request_id AS requestID,
  event_id AS eventID,
  source_object
FROM events WHERE event_source = 's3.amazonaws.com'`;

function member(column: string, name: string): string {
  return `TRY(json_extract_string(${column}, '$."${name}"'))`;
}
