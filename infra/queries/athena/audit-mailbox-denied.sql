-- Operations in mailboxes that were denied.
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
  AND result = 'Failure'
ORDER BY event_time
