-- One message from the first submission to the last mailbox, across all its legs.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. part of the Message-ID ('figures@mail.example.com')
WITH steps AS (
  SELECT *
  FROM email_steps
  WHERE eventday BETWEEN ? AND ?
    -- AND accountid = '111122223333'
)
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
FROM steps
WHERE trace_id IN (SELECT trace_id FROM steps WHERE strpos(message_id, ?) > 0)
ORDER BY event_time
