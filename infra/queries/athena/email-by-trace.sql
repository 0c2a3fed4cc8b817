-- Everything that happened to one leg of a message.
-- Mail between two mailboxes of one organization has two legs with a trace id each, see email-journey.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. trace id
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
  AND trace_id = ?
ORDER BY event_time
