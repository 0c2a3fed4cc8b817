-- What was done with the credentials that a user obtained: by assuming roles, as session tokens, as new access keys.
-- After AssumeRole only the role shows; the access key that it returned leads back to the user. Of a chain, in which
-- one role assumes the next, three steps are followed: a recursion would be planned to its full depth, and every step
-- of it reads the days again. mailtrail activity --follow goes on to the end.
-- Start a day early: a session lasts up to twelve hours.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. name or id of the user ('alice')
WITH calls AS (
  SELECT *
  FROM activity
  WHERE eventday BETWEEN ? AND ?
    -- AND accountid = '111122223333'
    -- AND event_account = '444455556666'
),
issued AS (
  SELECT
    users,
    who,
    access_key,
    new_access_key
  FROM calls
  WHERE new_access_key IS NOT NULL
),
obtained AS (
  SELECT DISTINCT
    one.who,
    keys.access_key
  FROM issued AS one
  LEFT JOIN issued AS two ON two.access_key = one.new_access_key
  LEFT JOIN issued AS three ON three.access_key = two.new_access_key
  CROSS JOIN UNNEST(ARRAY[one.new_access_key, two.new_access_key, three.new_access_key]) AS keys (access_key)
  WHERE contains(one.users, ?)
)
SELECT
  calls.event_time,
  obtained.who AS obtained_by,
  calls.who,
  calls.role_arn,
  calls.session_name,
  calls.service,
  calls.operation,
  calls.outcome,
  calls.error_code,
  calls.source,
  calls.access_key,
  calls.uid
FROM calls
JOIN obtained ON calls.access_key = obtained.access_key
ORDER BY calls.event_time, calls.uid
