-- What a user did, by any name or id that they are known by, in AWS and in WorkMail.
-- Names and ids: user name, address, ARN, session name of a role, source identity, ids of IAM, of IAM Identity Center
-- and of WorkMail. WorkMail logs what is done in mailboxes under the user's id alone; the sign-ins from the third to the
-- fourth parameter say whose id it is. Start them 31 days early.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. first day of the sign-ins to learn names from ('20261020')
--   4. last day of the sign-ins to learn names from ('20261120')
--   5. name or id of the user ('alice')
WITH done AS (
  SELECT *
  FROM activity
  WHERE eventday BETWEEN ? AND ?
    -- AND accountid = '111122223333'
    -- AND event_account = '444455556666'
),
learned AS (
  SELECT
    user_name,
    user_id
  FROM user_names
  WHERE eventday BETWEEN ? AND ?
),
asked AS (
  SELECT ? AS name
),
known_as AS (
  SELECT name
  FROM asked
  UNION
  SELECT learned.user_id AS name
  FROM learned
  JOIN asked ON learned.user_name = asked.name
  UNION
  SELECT learned.user_name AS name
  FROM learned
  JOIN asked ON learned.user_id = asked.name
)
SELECT DISTINCT
  done.event_time,
  done.who,
  done.service,
  done.operation,
  done.outcome,
  done.error_code,
  done.error_message,
  done.source,
  done.owner,
  done.is_not_owner,
  done.event_account,
  done.also_in,
  done.uid
FROM done
JOIN known_as ON contains(done.users, known_as.name)
ORDER BY done.event_time, done.uid
