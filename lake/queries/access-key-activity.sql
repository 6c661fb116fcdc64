-- title: What did this access key do?
-- answers: The calls made with one access key, by service, call, result, region and address, first use first.
-- param: access-key text required | the id, AKIA… or ASIA…
-- param: since time -infinity | events at or after it
-- param: until time infinity | events before it
SELECT
  min(event_time) AS first_time,
  max(event_time) AS last_time,
  count(*) AS calls,
  event_source,
  event_name,
  error_code,
  aws_region,
  source_ip_address,
  user_arn
FROM events
WHERE user_access_key_id = getvariable('access-key')
  AND event_time >= getvariable('since')
  AND event_time < getvariable('until')
GROUP BY event_source, event_name, error_code, aws_region, source_ip_address, user_arn
ORDER BY first_time, event_source, event_name, error_code, aws_region, source_ip_address, user_arn
