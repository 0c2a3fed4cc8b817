-- Everything that failed or was denied.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  who,
  service,
  operation,
  outcome,
  error_code,
  error_message,
  source,
  owner,
  event_account,
  also_in,
  uid
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND is_attributed
  AND outcome = 'failure'
ORDER BY event_time, uid
