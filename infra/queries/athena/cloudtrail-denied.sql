-- Calls that were denied.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  who,
  service,
  operation,
  error_code,
  error_message,
  source,
  access_key,
  aws_region
FROM cloudtrail_calls
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND (error_code LIKE '%AccessDenied%' OR error_code LIKE '%Unauthorized%')
ORDER BY event_time
