-- Access to mailboxes by anyone but their owner.
-- An application that impersonates a user is not the owner, even in the owner's name. An event without a user, as of
-- incoming mail, is not access by another. WorkMail logs users by their ids: activity-by-user finds them by name.
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
  outcome,
  uid
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND event_code = 'MAILBOX_ACCESS'
  AND is_not_owner
ORDER BY event_time, uid
