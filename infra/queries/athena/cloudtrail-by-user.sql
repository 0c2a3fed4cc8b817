-- Calls of a user: by user name, session name, source identity, ARN or id.
-- The id is that of IAM or of IAM Identity Center. For what a user of WorkMail did as well: activity-by-user.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. name or id of the user ('alice')
SELECT
  event_time,
  who,
  service,
  operation,
  outcome,
  error_code,
  source,
  access_key,
  event_region,
  also_in
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND product = 'CloudTrail'
  AND contains(users, ?)
ORDER BY event_time, uid
