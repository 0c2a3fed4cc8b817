-- How much spam each recipient gets.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
WITH steps AS (
  SELECT
    event_time,
    recipients
  FROM email_steps
  WHERE eventday BETWEEN ? AND ?
    -- AND accountid = '111122223333'
    AND step = 'ORGANIZATION_EMAIL_RECEIVED'
    AND spam = 'FAIL'
)
SELECT
  lower(recipient) AS address,
  count(*) AS messages,
  max(event_time) AS latest
FROM steps
CROSS JOIN UNNEST(recipients) AS each_recipient (recipient)
GROUP BY lower(recipient)
ORDER BY messages DESC, address
