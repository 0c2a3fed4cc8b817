-- Roles that were taken on, or refused: by whom, and as what.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  who,
  operation,
  new_role_arn,
  new_identity,
  new_access_key,
  status,
  error_code,
  source
FROM cloudtrail_calls
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND activity = 'Account Switch'
ORDER BY event_time
