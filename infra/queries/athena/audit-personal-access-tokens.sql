-- Personal access tokens that somebody made or deleted, or tried to.
-- The log does not say whether it worked. A token without a name is a Base Event.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
WITH tokens AS (
  SELECT
    event_time,
    accountid,
    eventday,
    coalesce(actor."user".name, actor."user".uid) AS who,
    activity_name AS operation,
    entity.name AS token,
    json_extract_scalar(entity.data, '$.expires_time') AS expires,
    coalesce(src_endpoint.ip, src_endpoint.domain, src_endpoint.svc_name) AS source,
    http_request.user_agent AS user_agent
  FROM entity_management_once
  WHERE metadata.event_code = 'PERSONAL_ACCESS_TOKEN'
  UNION ALL
  SELECT
    event_time,
    accountid,
    eventday,
    coalesce(element_at(unmapped, 'user'), element_at(unmapped, 'user_id')) AS who,
    CASE element_at(unmapped, 'action')
      WHEN 'create' THEN 'Create'
      WHEN 'delete' THEN 'Delete'
      ELSE element_at(unmapped, 'action')
    END AS operation,
    CAST(NULL AS varchar) AS token,
    element_at(unmapped, 'expires_time') AS expires,
    element_at(unmapped, 'source_ip') AS source,
    element_at(unmapped, 'user_agent') AS user_agent
  FROM base_event_once
  WHERE metadata.event_code = 'PERSONAL_ACCESS_TOKEN'
)
SELECT
  event_time,
  who,
  operation,
  token,
  expires,
  source,
  user_agent
FROM tokens
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
ORDER BY event_time
