-- Questions to other mail systems whether somebody is free that failed.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  coalesce(actor."user".uid, actor."user".name) AS who,
  dst_endpoint.domain AS domain,
  api.service.name AS provider,
  coalesce(element_at(resources, 1).uid, http_request.url.url_string) AS asked,
  status_detail AS error
FROM api_activity_once
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND metadata.event_code = 'AVAILABILITY_PROVIDER'
  AND status_id = 2
ORDER BY event_time
