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
  event_region,
  also_in
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND product = 'CloudTrail'
  AND (error_code LIKE '%AccessDenied%' OR error_code LIKE '%Unauthorized%')
ORDER BY event_time, uid
