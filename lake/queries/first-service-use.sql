-- title: Which services did a role use for the first time?
-- answers: For each role and service the first call ever in the lake, where that falls into the time asked for.
-- answers: The whole lake up to `until` is read, since a first time has no time before it.
-- param: role text | the role's ARN; default all roles
-- param: since time -infinity | first calls at or after it
-- param: until time infinity | first calls before it
SELECT
  min(event_time) AS first_time,
  session_issuer_arn AS role,
  event_source,
  arg_min(event_name, (event_time, event_id)) AS first_call,
  arg_min(user_arn, (event_time, event_id)) AS session,
  arg_min(source_ip_address, (event_time, event_id)) AS source_ip_address,
  arg_min(coalesce(error_code, ''), (event_time, event_id)) AS first_error,
  count(*) AS calls
FROM events
WHERE session_issuer_arn IS NOT NULL
  AND event_source IS NOT NULL
  AND (getvariable('role') IS NULL OR session_issuer_arn = getvariable('role'))
  AND event_time < getvariable('until')
GROUP BY session_issuer_arn, event_source
HAVING min(event_time) >= getvariable('since')
ORDER BY first_time DESC, role, event_source
