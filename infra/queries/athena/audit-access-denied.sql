-- Access that the access control rules denied.
-- No rule_id means that no rule allowed it.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  actor."user".uid AS who,
  actor.app_uid AS impersonator,
  src_endpoint.ip AS source,
  dst_endpoint.svc_name AS protocol,
  element_at(authorizations, 1).policy.type AS scope,
  element_at(authorizations, 1).policy.uid AS rule_id,
  status AS result
FROM api_activity_once
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND metadata.event_code = 'ACCESS_CONTROL'
  AND status_id = 2
ORDER BY event_time
