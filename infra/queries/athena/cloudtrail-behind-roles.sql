-- What an IAM user did as the roles that they had taken on.
-- After AssumeRole only the role shows; the access key that it returned leads back to the user.
-- Start a day early: a session lasts up to twelve hours.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. name of the user ('alice')
WITH calls AS (
  SELECT *
  FROM cloudtrail_calls
  WHERE eventday BETWEEN ? AND ?
    -- AND accountid = '111122223333'
)
SELECT
  calls.event_time,
  taken.user_name,
  calls.role_arn,
  calls.session_name,
  calls.service,
  calls.operation,
  calls.status,
  calls.error_code,
  calls.source,
  calls.access_key
FROM calls
JOIN (
  SELECT DISTINCT
    user_name,
    new_access_key
  FROM calls
  WHERE identity_type = 'IAMUser' AND user_name = ?
) AS taken ON calls.access_key = taken.new_access_key
ORDER BY calls.event_time
