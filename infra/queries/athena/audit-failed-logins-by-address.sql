-- Failed log-ins to mailboxes, by the address that they came from.
-- WorkMail does not log log-ins to its web application. An address that was masked, or that is not an IP address, is
-- as it was logged.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  source,
  count(*) AS failures,
  count(DISTINCT who) AS users,
  array_join(array_agg(DISTINCT who ORDER BY who), ', ') AS who,
  array_join(array_agg(DISTINCT protocol ORDER BY protocol), ', ') AS protocols,
  array_join(array_agg(DISTINCT error_message ORDER BY error_message), ', ') AS reasons,
  min(event_time) AS earliest,
  max(event_time) AS latest
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND event_code = 'AUTHENTICATION'
  AND outcome = 'failure'
GROUP BY source
ORDER BY failures DESC, source
