-- Rules of single mailboxes that moved, copied, forwarded or redirected mail.
-- A rule of this kind that sends mail to other places is worth a look: target_recipient.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  rule_name,
  rule_action,
  outcome,
  array_join(recipients, ', ') AS recipients,
  folder,
  target_recipient,
  trace_id
FROM email_steps
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND step = 'RULE_APPLIED'
  AND rule_type = 'MAILBOX_RULE'
ORDER BY event_time
