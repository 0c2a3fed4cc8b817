-- Calls of one role by its ARN, in all its sessions.
-- A session whose issuer CloudTrail left out is found by the ARN without the role's path.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. ARN of the role ('arn:aws:iam::111122223333:role/Admin')
SELECT
  event_time,
  role_arn,
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
  AND role_arn = ?
ORDER BY event_time, uid
