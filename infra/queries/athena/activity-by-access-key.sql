-- What was done with one access key, or with one personal access token of WorkMail.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. id of the key or token ('AKIAIOSFODNN7EXAMPLE')
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
  AND contains(credentials, ?)
ORDER BY event_time, uid
