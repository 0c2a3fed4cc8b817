-- Operations in mailboxes that were denied.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  actor."user".uid AS who,
  actor.app_uid AS impersonator,
  element_at(resources, 1).owner.uid AS owner,
  api.operation AS operation,
  element_at(resources, 1).type AS object_type,
  element_at(resources, 1).namespace AS folder,
  element_at(resources, 1).uid AS object_id,
  src_endpoint.ip AS source,
  dst_endpoint.svc_name AS protocol,
  http_request.user_agent AS user_agent,
  status AS result
FROM api_activity_once
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND metadata.event_code = 'MAILBOX_ACCESS'
  AND status_id = 2
ORDER BY event_time
