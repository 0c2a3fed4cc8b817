-- Calls of one role by its name, in all its sessions.
-- The name is the last part of the role's ARN.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. name of the role ('Admin')
SELECT
  event_time,
  role_name,
  session_name,
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
  AND role_name = ?
ORDER BY event_time, uid
