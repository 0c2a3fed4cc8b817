-- Roles that were assumed, or refused: by whom, and as what.
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
  outcome,
  error_code,
  source,
  also_in
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND is_account_switch
ORDER BY event_time, uid
