-- What was done, or tried, by impersonating somebody.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  impersonator,
  who AS impersonated,
  owner,
  operation,
  folder,
  source,
  protocol,
  result
FROM audit_access
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND impersonator IS NOT NULL
ORDER BY event_time
