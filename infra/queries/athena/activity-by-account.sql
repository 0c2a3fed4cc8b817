-- What concerned one account: what its identities did, and what happened in it.
-- Of the copies of a call that concern the account: that of the account of the caller, or else any one.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. id of the account, a member of the organization for example ('444455556666')
SELECT
  event_time,
  who,
  service,
  operation,
  outcome,
  error_code,
  error_message,
  source,
  owner,
  event_account,
  uid
FROM (
  SELECT
    *,
    row_number() OVER (PARTITION BY call_uid ORDER BY is_copy, uid) AS copy_number
  FROM activity_records
  WHERE eventday BETWEEN ? AND ?
    -- AND accountid = '111122223333'
    AND is_attributed
    AND contains(accounts, ?)
) AS found
WHERE copy_number = 1
ORDER BY event_time, uid
