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
  outcome,
  error_code,
  source,
  access_key,
  event_region,
  also_in
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND product = 'CloudTrail'
  AND contains(credentials, ?)
ORDER BY event_time, uid
