-- Mail that could not be delivered to a mailbox of the organization, and why.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  array_join(recipients, ', ') AS recipient,
  status_code,
  detail AS reason,
  trace_id
FROM email_steps
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND step = 'INCOMING_EMAIL_BOUNCED'
ORDER BY event_time
