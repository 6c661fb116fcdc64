-- title: Who signed in to the console, and from where?
-- answers: Sign-ins by source address and user: how many worked and failed, with how many a second factor.
-- param: source-ip text | one address alone
-- param: since time -infinity | events at or after it
-- param: until time infinity | events before it
SELECT
  source_ip_address,
  coalesce(user_arn, user_name, user_principal_id) AS who,
  recipient_account_id AS account,
  count(*) FILTER (WHERE result = 'Success') AS successes,
  count(*) FILTER (WHERE result = 'Failure') AS failures,
  count(*) FILTER (WHERE result = 'Success' AND mfa_used) AS successes_with_mfa,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM (
  SELECT *,
    TRY(json_extract_string(response_elements, '$.ConsoleLogin')) AS result,
    coalesce(TRY(json_extract_string(additional_event_data, '$.MFAUsed')) = 'Yes', false) AS mfa_used
  FROM events
  WHERE event_source = 'signin.amazonaws.com'
    AND event_name = 'ConsoleLogin'
    AND event_time >= getvariable('since')
    AND event_time < getvariable('until')
)
WHERE getvariable('source-ip') IS NULL OR source_ip_address = getvariable('source-ip')
GROUP BY source_ip_address, who, account
ORDER BY failures DESC, successes DESC, source_ip_address, who, account
