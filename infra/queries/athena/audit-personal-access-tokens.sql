-- Personal access tokens that somebody made or deleted, or tried to.
-- The log does not say whether it worked.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  coalesce(actor."user".name, actor."user".uid) AS who,
  activity_name AS operation,
  entity.name AS token,
  json_extract_scalar(entity.data, '$.expires_time') AS expires,
  src_endpoint.ip AS source,
  http_request.user_agent AS user_agent
FROM entity_management_once
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND metadata.event_code = 'PERSONAL_ACCESS_TOKEN'
ORDER BY event_time
