-- One message from the first submission to the last mailbox, across all its legs.
-- They are found by the Message-ID that they share; a Message-ID is chosen by the sender, and may be that of other
-- messages. email-trace joins legs by more than that, and has one status for each recipient.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. part of the Message-ID ('figures@mail.example.com'), or the trace id of a leg
WITH steps AS (
  SELECT *
  FROM email_steps
  WHERE eventday BETWEEN ? AND ?
    -- AND accountid = '111122223333'
),
asked AS (
  SELECT DISTINCT leg
  FROM steps
  CROSS JOIN (SELECT ? AS text) AS question
  WHERE trace_id = text OR strpos(message_id, text) > 0
),
ids AS (
  SELECT DISTINCT joining_id
  FROM steps
  WHERE joining_id IS NOT NULL AND leg IN (SELECT leg FROM asked)
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
WHERE leg IN (SELECT leg FROM asked)
  OR leg IN (SELECT leg FROM steps WHERE joining_id IN (SELECT joining_id FROM ids))
ORDER BY event_time
