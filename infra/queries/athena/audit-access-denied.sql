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
  result
FROM audit_access
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND kind = 'ACCESS_CONTROL'
  AND result = 'Failure'
ORDER BY event_time
