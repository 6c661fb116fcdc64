-- title: Who is behind this session?
-- answers: The chain of AssumeRole and the like from a role's session back to the human, program or service
-- answers: that began it. Hop 1 opened the session asked for. A session is followed by the access key that
-- answers: STS issued for it, else by its name.
-- param: session text any | the session's ARN, arn:aws:sts::…:assumed-role/ROLE/NAME
-- param: access-key text any | the session's access key id, ASIA…
WITH RECURSIVE issued AS (
  SELECT
    event_time, event_name, event_id, user_type, user_arn, user_name, user_invoked_by, user_principal_id,
    user_account_id, user_access_key_id, source_ip_address,
    TRY(json_extract_string(response_elements, '$.credentials.accessKeyId')) AS issued_key,
    TRY(json_extract_string(response_elements, '$.assumedRoleUser.arn')) AS issued_arn
  FROM events
  WHERE event_source = 'sts.amazonaws.com'
    AND response_elements IS NOT NULL
),
sessions AS (
  SELECT user_access_key_id AS key, user_arn AS arn, min(event_time) AS first_time
  FROM events
  WHERE session_issuer_arn IS NOT NULL OR starts_with(user_access_key_id, 'ASIA')
  GROUP BY user_access_key_id, user_arn
),
candidates AS (
  SELECT s.key, s.arn, 'access key' AS linked_by, i.*
  FROM sessions s JOIN issued i ON i.issued_key = s.key
  UNION ALL
  SELECT s.key, s.arn, 'session name' AS linked_by, i.*
  FROM sessions s JOIN issued i ON i.issued_arn = s.arn AND i.event_time <= s.first_time
),
links AS (
  SELECT * FROM candidates
  -- Both accounts of a call across accounts log it; the caller's own record says more.
  QUALIFY row_number() OVER (
    PARTITION BY key, arn
    ORDER BY linked_by, user_arn IS NULL, event_time DESC, event_id
  ) = 1
),
chain AS (
  SELECT 1 AS hop, key AS start_key, arn AS start_arn, [event_id] AS passed, links.*
  FROM links
  WHERE arn = getvariable('session') OR key = getvariable('access-key')
  UNION ALL
  SELECT chain.hop + 1, chain.start_key, chain.start_arn, list_append(chain.passed, links.event_id), links.*
  FROM chain JOIN links
    ON links.arn = chain.user_arn AND links.key IS NOT DISTINCT FROM chain.user_access_key_id
  -- A role may assume itself.
  WHERE NOT list_contains(chain.passed, links.event_id)
)
SELECT
  start_arn AS session,
  start_key AS session_access_key,
  hop,
  event_time,
  event_name,
  arn AS opened,
  coalesce(user_arn, user_name, user_invoked_by, user_principal_id, user_account_id) AS opened_by,
  user_type AS opened_by_type,
  user_access_key_id AS opened_with_access_key,
  source_ip_address,
  linked_by,
  event_id
FROM chain
ORDER BY session, session_access_key, hop
