-- What was done, or tried, by impersonating somebody.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  actor.app_uid AS impersonator,
  actor."user".uid AS impersonated,
  element_at(resources, 1).owner.uid AS owner,
  api.operation AS operation,
  element_at(resources, 1).namespace AS folder,
  src_endpoint.ip AS source,
  dst_endpoint.svc_name AS protocol,
  status AS result
FROM api_activity_once
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND metadata.event_code IN ('MAILBOX_ACCESS', 'ACCESS_CONTROL')
  AND actor.app_uid IS NOT NULL
ORDER BY event_time
