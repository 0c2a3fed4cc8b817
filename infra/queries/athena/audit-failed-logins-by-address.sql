-- Failed log-ins to mailboxes, by the address that they came from.
-- WorkMail does not log log-ins to its web application. A log-in without a user is a Base Event. An address that was
-- masked, or is none, is told as it was logged.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
WITH failures AS (
  SELECT
    event_time,
    accountid,
    region,
    eventday,
    coalesce(src_endpoint.ip, src_endpoint.domain, src_endpoint.svc_name) AS source,
    coalesce("user".name, "user".uid) AS who,
    dst_endpoint.svc_name AS protocol,
    status_detail AS reason
  FROM authentication_once
  WHERE metadata.event_code = 'AUTHENTICATION' AND status_id = 2
  UNION ALL
  SELECT
    event_time,
    accountid,
    region,
    eventday,
    element_at(unmapped, 'source_ip') AS source,
    CAST(NULL AS varchar) AS who,
    element_at(unmapped, 'protocol') AS protocol,
    element_at(unmapped, 'auth_failed_reason') AS reason
  FROM base_event_once
  WHERE metadata.event_code = 'AUTHENTICATION' AND status_id = 2
)
SELECT
  source,
  count(*) AS failures,
  count(DISTINCT who) AS users,
  array_join(array_agg(DISTINCT who ORDER BY who), ', ') AS who,
  array_join(array_agg(DISTINCT protocol ORDER BY protocol), ', ') AS protocols,
  array_join(array_agg(DISTINCT reason ORDER BY reason), ', ') AS reasons,
  min(event_time) AS earliest,
  max(event_time) AS latest
FROM failures
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
GROUP BY source
ORDER BY failures DESC, source
