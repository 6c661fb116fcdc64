-- title: Who touched this object?
-- answers: Every S3 event on one object, newest first: reads, writes, deletions, and copies made of it.
-- answers: S3 logs them only where the trail has data events on for the bucket.
-- param: bucket text required | the bucket's name
-- param: key text required | the object's whole key
-- param: since time -infinity | events at or after it
-- param: until time infinity | events before it
-- param: limit number 1000 | rows at most
WITH wanted AS (
  SELECT *,
    -- As S3 wrote it: bucket/key or /bucket/key, percent-encoded, perhaps with a version.
    ltrim(regexp_replace(TRY(url_decode(json_extract_string(request_parameters, '$."x-amz-copy-source"'))),
      '[?]versionId=.*$', ''), '/') AS copy_source
  FROM events
  WHERE event_source = 's3.amazonaws.com'
    AND event_time >= getvariable('since')
    AND event_time < getvariable('until')
)
SELECT
  event_time,
  CASE WHEN copy_source = getvariable('bucket') || '/' || getvariable('key')
    THEN event_name || ' from it' ELSE event_name END AS event_name,
  coalesce(user_arn, user_invoked_by, user_principal_id, user_account_id) AS who,
  user_access_key_id,
  source_ip_address,
  error_code,
  TRY(json_extract_string(request_parameters, '$.versionId')) AS version_id,
  user_agent,
  event_id
FROM wanted
WHERE (bucket_name = getvariable('bucket') AND object_key = getvariable('key'))
  -- DeleteObjects names what it deletes among its resources alone.
  OR contains(resources, ':s3:::' || getvariable('bucket') || '/' || getvariable('key') || '"')
  OR copy_source = getvariable('bucket') || '/' || getvariable('key')
ORDER BY event_time DESC, event_id
LIMIT getvariable('limit')
