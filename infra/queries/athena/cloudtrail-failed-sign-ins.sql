-- Sign-ins to the console, or to IAM Identity Center, that failed.
-- A user name that does not exist is hidden by AWS.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  who,
  operation,
  error_message,
  with_mfa,
  source,
  user_agent,
  aws_region
FROM cloudtrail_calls
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND activity IN ('Logon', 'Preauth')
  AND status = 'Failure'
ORDER BY event_time
