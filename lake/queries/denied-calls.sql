-- title: Whose calls were denied?
-- answers: Calls refused for want of a permission, by principal (a session counts for its role) and call,
-- answers: most first.
-- param: principal text | an ARN, of a user, a role or a session
-- param: since time -infinity | events at or after it
-- param: until time infinity | events before it
SELECT
  coalesce(session_issuer_arn, user_arn, user_invoked_by, user_principal_id, user_account_id) AS principal,
  event_source,
  event_name,
  error_code,
  count(*) AS calls,
  count(DISTINCT user_arn) AS sessions,
  count(DISTINCT source_ip_address) AS addresses,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM events
WHERE (contains(error_code, 'AccessDenied') OR contains(error_code, 'Unauthorized')
    OR contains(error_code, 'NotAuthorized') OR contains(error_code, 'Forbidden'))
  AND (getvariable('principal') IS NULL
    OR getvariable('principal') IN (session_issuer_arn, user_arn))
  AND event_time >= getvariable('since')
  AND event_time < getvariable('until')
GROUP BY principal, event_source, event_name, error_code
ORDER BY calls DESC, principal, event_source, event_name, error_code
