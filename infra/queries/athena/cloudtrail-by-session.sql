-- Calls of the sessions of one name, whatever the role.
-- CloudTrail's event history calls this the user name.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. name of the session ('alice')
SELECT
  event_time,
  session_name,
  role_arn,
  service,
  operation,
  outcome,
  error_code,
  source,
  access_key,
  event_region,
  also_in,
  uid
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND contains(sessions, ?)
ORDER BY event_time, uid
