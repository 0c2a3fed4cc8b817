-- Spam: who sent it, to whom.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  from_address,
  sent_by,
  array_join(recipients, ', ') AS recipients,
  subject,
  spam,
  message_id,
  trace_id
FROM email_steps
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND step = 'ORGANIZATION_EMAIL_RECEIVED'
  AND spam = 'FAIL'
ORDER BY event_time
