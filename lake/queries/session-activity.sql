-- title: What was done in a human's sessions?
-- answers: The events of one principal and of every session that goes back to it through AssumeRole and the
-- answers: like, however many roles lie between, in order of time.
-- param: principal text any | the ARN to start from: a user, a federated user, or a session
-- param: access-key text any | the access key id to start from
-- param: since time -infinity | events at or after it
-- param: until time infinity | events before it
-- param: limit number 1000 | rows at most
WITH RECURSIVE issued AS (
  SELECT
    user_arn,
    user_access_key_id,
    event_time,
    TRY(json_extract_string(response_elements, '$.credentials.accessKeyId')) AS issued_key,
    TRY(json_extract_string(response_elements, '$.assumedRoleUser.arn')) AS issued_arn
  FROM events
  WHERE event_source = 'sts.amazonaws.com'
    AND response_elements IS NOT NULL
),
tree AS (
  SELECT DISTINCT 0 AS hop, user_access_key_id AS key, user_arn AS arn
  FROM events
  WHERE user_arn = getvariable('principal') OR user_access_key_id = getvariable('access-key')
  UNION
  SELECT tree.hop + 1, issued.issued_key, issued.issued_arn
  FROM tree JOIN issued
    ON issued.user_arn = tree.arn AND issued.user_access_key_id IS NOT DISTINCT FROM tree.key
  WHERE tree.hop < 20
),
actors AS (
  SELECT key, min(hop) AS hop FROM tree WHERE key IS NOT NULL GROUP BY key
),
named AS (
  -- An event that names no key belongs to a session by its name alone.
  SELECT arn, min(hop) AS hop FROM tree WHERE arn IS NOT NULL AND (key IS NULL OR hop > 0) GROUP BY arn
)
SELECT
  e.event_time,
  coalesce(a.hop, n.hop) AS hops,
  e.user_arn,
  e.user_access_key_id,
  e.event_source,
  e.event_name,
  e.error_code,
  e.aws_region,
  e.source_ip_address,
  e.event_id
FROM events e
LEFT JOIN actors a ON a.key = e.user_access_key_id
LEFT JOIN named n ON n.arn = e.user_arn AND e.user_access_key_id IS NULL
WHERE coalesce(a.hop, n.hop) IS NOT NULL
  AND e.event_time >= getvariable('since')
  AND e.event_time < getvariable('until')
ORDER BY e.event_time, e.event_id
LIMIT getvariable('limit')
