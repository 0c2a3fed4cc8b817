-- Calls of a role, whoever had taken it on.
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
  status,
  error_code,
  source,
  access_key,
  aws_region
FROM cloudtrail_calls
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND role_name = ?
ORDER BY event_time
