-- What an IAM user did as the roles that they had taken on.
-- After AssumeRole only the role shows; the access key that it returned leads back to the user. Of a chain, in which
-- one role takes on the next, three are followed: a recursion would be planned to its full depth, and every step of
-- it reads the days again. mailtrail activity --follow goes on to the end.
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
),
opened AS (
  SELECT
    identity_type,
    user_name,
    access_key,
    new_access_key
  FROM calls
  WHERE new_access_key IS NOT NULL
),
taken AS (
  SELECT DISTINCT
    one.user_name,
    keys.access_key
  FROM opened AS one
  LEFT JOIN opened AS two ON two.access_key = one.new_access_key
  LEFT JOIN opened AS three ON three.access_key = two.new_access_key
  CROSS JOIN UNNEST(ARRAY[one.new_access_key, two.new_access_key, three.new_access_key]) AS keys (access_key)
  WHERE one.identity_type = 'IAMUser' AND one.user_name = ?
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
JOIN taken ON calls.access_key = taken.access_key
-- A session of their own, opened with MFA, is no role.
WHERE calls.identity_type IS DISTINCT FROM 'IAMUser'
ORDER BY calls.event_time
