-- What came from one address, or from one service of AWS.
-- Blocks of addresses need Athena's own types: any_match(sources, address -> contains('203.0.113.0/24',
-- try_cast(address AS ipaddress))).
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. the address, or the name of the service ('203.0.113.20')
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
  AND contains(sources, ?)
ORDER BY event_time, uid
