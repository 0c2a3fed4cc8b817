-- Calls of one operation on one IAM user.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. name of the operation ('DeleteUser')
--   4. name of the user that it is about ('bob')
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
  AND operation = ?
  AND target_user = ?
ORDER BY event_time, uid
