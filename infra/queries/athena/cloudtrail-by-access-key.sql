-- Calls that were signed with one access key.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. id of the key ('AKIAIOSFODNN7EXAMPLE')
SELECT
  event_time,
  who,
  service,
  operation,
  status,
  error_code,
  source,
  access_key,
  aws_region
FROM cloudtrail_calls
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND access_key = ?
ORDER BY event_time
