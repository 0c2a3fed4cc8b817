-- Sign-ins to the console, or to IAM Identity Center, that failed.
-- AWS hides a user name that does not exist.
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
  event_region
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND product = 'CloudTrail'
  AND is_sign_in
  AND outcome = 'failure'
ORDER BY event_time, uid
