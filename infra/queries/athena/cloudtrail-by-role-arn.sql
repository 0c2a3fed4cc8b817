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
  status,
  error_code,
  source,
  access_key,
  aws_region
FROM cloudtrail_calls
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND role_arn = ?
ORDER BY event_time
