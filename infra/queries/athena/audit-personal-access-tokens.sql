-- Personal access tokens that were created or deleted, or attempts to.
-- The log does not say whether it worked. A token without a name is a Base Event.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  coalesce(user_name, who) AS who,
  operation,
  entity_name AS token,
  expires_time AS expires,
  source,
  user_agent
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND event_code = 'PERSONAL_ACCESS_TOKEN'
ORDER BY event_time, uid
