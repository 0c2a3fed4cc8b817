-- What applications did, or tried, by impersonating users.
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
  outcome,
  uid
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND impersonator IS NOT NULL
ORDER BY event_time, uid
