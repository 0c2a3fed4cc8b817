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
  outcome
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND event_code = 'MAILBOX_ACCESS'
  AND outcome = 'failure'
ORDER BY event_time, uid
