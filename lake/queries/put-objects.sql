-- title: What was put into this bucket?
-- answers: The PutObject events of one bucket, newest first: time, user ARN, object key and where from.
-- param: bucket text required | the bucket's name
-- param: since time -infinity | events at or after it
-- param: until time infinity | events before it
-- param: limit number 1000 | rows at most
SELECT "eventTime", user_arn, object_key, "sourceIPAddress", "errorCode", "eventID"
FROM cloudtrail_s3_events_flattened
WHERE "eventName" = 'PutObject'
  AND bucket_name = getvariable('bucket')
  AND "eventTime" >= getvariable('since')
  AND "eventTime" < getvariable('until')
ORDER BY "eventTime" DESC, "eventID"
LIMIT getvariable('limit')
