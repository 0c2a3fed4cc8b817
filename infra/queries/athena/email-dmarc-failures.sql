-- How much mail failed DMARC, by the policy that the sender's domain asks for.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  dmarc_policy,
  count(*) AS messages,
  count(DISTINCT from_address) AS senders,
  max(event_time) AS latest
FROM email_steps
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND step = 'ORGANIZATION_EMAIL_RECEIVED'
  AND dmarc = 'FAIL'
GROUP BY dmarc_policy
ORDER BY messages DESC, dmarc_policy
