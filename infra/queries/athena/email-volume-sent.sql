-- How many messages each address submitted.
-- A submission says nothing about delivery.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  lower(from_address) AS address,
  count(*) AS messages,
  max(event_time) AS latest
FROM email_steps
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND step = 'OUTGOING_EMAIL_SUBMITTED'
GROUP BY lower(from_address)
ORDER BY messages DESC, address
