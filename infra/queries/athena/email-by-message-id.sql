-- Events that name one message: sent, and received.
-- The trace id of the received event finds what became of it, with email-by-trace.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. part of the Message-ID ('figures@mail.example.com')
SELECT
  event_time,
  step,
  from_address,
  sent_by,
  array_join(recipients, ', ') AS recipients,
  subject,
  status,
  detail,
  rule_name,
  rule_action,
  folder,
  message_id,
  trace_id
FROM email_steps
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND strpos(message_id, ?) > 0
ORDER BY event_time
