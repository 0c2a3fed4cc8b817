-- Mailboxes that somebody other than their owner worked in.
-- An application that impersonates somebody is not the owner, even in the owner's name. Where nobody is logged, as
-- with mail that arrives, nobody else was there. WorkMail names people by their ids. Result is Failure where the
-- attempt was denied.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  who,
  impersonator,
  owner,
  operation,
  object_type,
  folder,
  object_id,
  source,
  protocol,
  user_agent,
  result
FROM audit_access
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND kind = 'MAILBOX_ACCESS'
  AND (impersonator IS NOT NULL OR owner <> user_id)
ORDER BY event_time
