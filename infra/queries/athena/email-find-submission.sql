-- Messages that one address submitted to another, with the trace id to follow them by.
-- Why did they not get my mail, step 1; step 2 is email-by-trace.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. part of the sender's address ('ana@example.com')
--   4. part of a recipient's address ('bob@example.org')
SELECT
  event_time,
  from_address,
  sent_by,
  array_join(recipients, ', ') AS recipients,
  subject,
  status,
  trace_id
FROM email_steps
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND step = 'OUTGOING_EMAIL_SUBMITTED'
  AND strpos(lower(from_address), lower(?)) > 0
  AND strpos(lower(array_join(recipients, ' ')), lower(?)) > 0
ORDER BY event_time
