-- One row for each record of CloudTrail that says who called what: API calls, sign-ins, roles taken on.
-- Create the views of single classes first.
-- role_arn and role_name are the role that a caller acts as: a role's calls never carry it as a user name. Where
-- CloudTrail leaves the issuer of a session out, role_name is that of the session's ARN. new_role_arn, new_identity
-- and new_access_key are what a call of AssumeRole returned. access_key is the first credential: CloudTrail puts
-- the key there, or else the id of an Identity Center credential.
CREATE OR REPLACE VIEW cloudtrail_calls AS
SELECT
  event_time,
  region,
  accountid,
  eventday,
  activity_name AS activity,
  actor."user".type AS identity_type,
  actor."user".name AS user_name,
  actor."user".uid AS identity_arn,
  actor.session.uid_alt AS session_name,
  CASE WHEN actor.session.issuer LIKE 'arn:%:role/%' THEN actor.session.issuer END AS role_arn,
  coalesce(
    nullif(regexp_extract(actor.session.issuer, ':role/(?:.*/)?([^/]+)$', 1), ''),
    nullif(regexp_extract(actor."user".uid, ':assumed-role/(?:.*/)?([^/]+)/[^/]+$', 1), '')
  ) AS role_name,
  element_at(actor."user".programmatic_credentials, 1).uid AS access_key,
  coalesce(actor."user".uid, actor."user".name, actor.app_name) AS who,
  api.service.name AS service,
  api.operation AS operation,
  api.request.data AS request,
  status,
  status_code AS error_code,
  status_detail AS error_message,
  coalesce(src_endpoint.ip, src_endpoint.domain, src_endpoint.svc_name) AS source,
  http_request.user_agent AS user_agent,
  cloud.region AS aws_region,
  metadata.original_event_uid AS event_id,
  CAST(NULL AS varchar) AS new_role_arn,
  CAST(NULL AS varchar) AS new_identity,
  CAST(NULL AS varchar) AS new_access_key,
  CAST(NULL AS boolean) AS with_mfa
FROM api_activity_once
WHERE metadata.product.name = 'CloudTrail'
UNION ALL
SELECT
  event_time,
  region,
  accountid,
  eventday,
  activity_name AS activity,
  actor."user".type AS identity_type,
  actor."user".name AS user_name,
  actor."user".uid AS identity_arn,
  actor.session.uid_alt AS session_name,
  CASE WHEN actor.session.issuer LIKE 'arn:%:role/%' THEN actor.session.issuer END AS role_arn,
  coalesce(
    nullif(regexp_extract(actor.session.issuer, ':role/(?:.*/)?([^/]+)$', 1), ''),
    nullif(regexp_extract(actor."user".uid, ':assumed-role/(?:.*/)?([^/]+)/[^/]+$', 1), '')
  ) AS role_name,
  element_at(actor."user".programmatic_credentials, 1).uid AS access_key,
  coalesce(actor."user".uid, actor."user".name, actor.app_name) AS who,
  api.service.name AS service,
  api.operation AS operation,
  api.request.data AS request,
  status,
  status_code AS error_code,
  status_detail AS error_message,
  coalesce(src_endpoint.ip, src_endpoint.domain, src_endpoint.svc_name) AS source,
  http_request.user_agent AS user_agent,
  cloud.region AS aws_region,
  metadata.original_event_uid AS event_id,
  session.issuer AS new_role_arn,
  "user".uid AS new_identity,
  session.credential_uid AS new_access_key,
  is_mfa AS with_mfa
FROM authentication_once
WHERE metadata.product.name = 'CloudTrail'
