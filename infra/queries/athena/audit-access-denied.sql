-- Access that the access control rules denied.
-- No rule_id means that no rule allowed it.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  who,
  impersonator,
  source,
  protocol,
  scope,
  rule_id,
  outcome
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND event_code = 'ACCESS_CONTROL'
  AND outcome = 'failure'
ORDER BY event_time, uid
