-- Free/busy requests to other mail systems that failed.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  who,
  target_domain,
  service AS provider,
  coalesce(object_id, target_url) AS endpoint,
  error_message
FROM activity
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  -- AND event_account = '444455556666'
  AND event_code = 'AVAILABILITY_PROVIDER'
  AND outcome = 'failure'
ORDER BY event_time, uid
