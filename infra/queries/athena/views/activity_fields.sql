-- The attributes that tell who did what, in the same columns for every class of event: one row for each event, as the
-- record has it, without any rule. Create the views of single classes first.
-- Of a sign-in the identity is the user, whom the actor may leave out. Where a role is assumed, the user is the role
-- and the actor is the caller.
-- A Base Event, which lacks what its class requires (an address, as a rule), has the fields of its source in unmapped.
CREATE OR REPLACE VIEW activity_fields AS
SELECT
  event_time,
  region,
  accountid,
  eventday,
  'api_activity' AS class,
  metadata.uid AS uid,
  metadata.log_name AS log_group,
  metadata.log_source AS log_stream,
  metadata.original_event_uid AS event_id,
  metadata.product.name AS product,
  metadata.event_code AS event_code,
  activity_name AS activity,
  cloud.account.uid AS event_account,
  cloud.region AS event_region,
  actor."user".type AS identity_type,
  actor."user".name AS user_name,
  actor."user".uid AS user_uid,
  actor."user".uid_alt AS user_uid_alt,
  actor."user".account.uid AS identity_account,
  actor."user".programmatic_credentials AS credentials,
  actor.session.uid_alt AS session_uid_alt,
  actor.session.issuer AS session_issuer,
  actor.app_name AS invoked_by,
  actor.app_uid AS impersonator,
  api.service.name AS service,
  api.operation AS operation,
  api.request.data AS request,
  api.response.data AS response,
  status_id,
  status_code AS error_code,
  status_detail AS error_message,
  ARRAY[src_endpoint.ip, src_endpoint.domain, src_endpoint.svc_name, src_endpoint.uid] AS sources,
  http_request.user_agent AS user_agent,
  dst_endpoint.svc_name AS protocol,
  dst_endpoint.domain AS target_domain,
  http_request.url.url_string AS target_url,
  element_at(resources, 1).owner.uid AS owner,
  element_at(resources, 1).type AS object_type,
  element_at(resources, 1).namespace AS folder,
  element_at(resources, 1).uid AS object_id,
  element_at(authorizations, 1).policy.type AS scope,
  element_at(authorizations, 1).policy.uid AS rule_id,
  CAST(NULL AS varchar) AS entity_name,
  CAST(NULL AS varchar) AS expires_time,
  false AS is_sign_in,
  false AS is_account_switch,
  CAST(NULL AS varchar) AS assumed_uid,
  CAST(NULL AS varchar) AS assumed_role_arn,
  CAST(NULL AS varchar) AS issued_key,
  CAST(NULL AS boolean) AS with_mfa,
  coalesce(metadata.is_truncated, false) AS is_partial,
  unmapped
FROM api_activity_once
UNION ALL
SELECT
  event_time,
  region,
  accountid,
  eventday,
  'authentication' AS class,
  metadata.uid AS uid,
  metadata.log_name AS log_group,
  metadata.log_source AS log_stream,
  metadata.original_event_uid AS event_id,
  metadata.product.name AS product,
  metadata.event_code AS event_code,
  activity_name AS activity,
  cloud.account.uid AS event_account,
  cloud.region AS event_region,
  coalesce(actor."user".type, CASE WHEN account_switch_type_id IS NULL THEN "user".type END) AS identity_type,
  coalesce(actor."user".name, CASE WHEN account_switch_type_id IS NULL THEN "user".name END) AS user_name,
  coalesce(actor."user".uid, CASE WHEN account_switch_type_id IS NULL THEN "user".uid END) AS user_uid,
  coalesce(actor."user".uid_alt, CASE WHEN account_switch_type_id IS NULL THEN "user".uid_alt END) AS user_uid_alt,
  coalesce(
    actor."user".account.uid,
    CASE WHEN account_switch_type_id IS NULL THEN "user".account.uid END
  ) AS identity_account,
  coalesce(
    actor."user".programmatic_credentials,
    CASE WHEN account_switch_type_id IS NULL THEN "user".programmatic_credentials END
  ) AS credentials,
  actor.session.uid_alt AS session_uid_alt,
  actor.session.issuer AS session_issuer,
  actor.app_name AS invoked_by,
  actor.app_uid AS impersonator,
  coalesce(api.service.name, service.name) AS service,
  coalesce(api.operation, activity_name) AS operation,
  api.request.data AS request,
  api.response.data AS response,
  status_id,
  status_code AS error_code,
  status_detail AS error_message,
  ARRAY[src_endpoint.ip, src_endpoint.domain, src_endpoint.svc_name, src_endpoint.uid] AS sources,
  http_request.user_agent AS user_agent,
  dst_endpoint.svc_name AS protocol,
  dst_endpoint.domain AS target_domain,
  CAST(NULL AS varchar) AS target_url,
  CAST(NULL AS varchar) AS owner,
  CAST(NULL AS varchar) AS object_type,
  CAST(NULL AS varchar) AS folder,
  CAST(NULL AS varchar) AS object_id,
  CAST(NULL AS varchar) AS scope,
  CAST(NULL AS varchar) AS rule_id,
  CAST(NULL AS varchar) AS entity_name,
  CAST(NULL AS varchar) AS expires_time,
  account_switch_type_id IS NULL AND activity_name <> 'Account Switch' AS is_sign_in,
  account_switch_type_id IS NOT NULL OR activity_name = 'Account Switch' AS is_account_switch,
  CASE WHEN account_switch_type_id IS NOT NULL THEN coalesce("user".uid, "user".account.uid) END AS assumed_uid,
  session.issuer AS assumed_role_arn,
  session.credential_uid AS issued_key,
  is_mfa AS with_mfa,
  coalesce(metadata.is_truncated, false) AS is_partial,
  unmapped
FROM authentication_once
UNION ALL
SELECT
  event_time,
  region,
  accountid,
  eventday,
  'entity_management' AS class,
  metadata.uid AS uid,
  metadata.log_name AS log_group,
  metadata.log_source AS log_stream,
  metadata.original_event_uid AS event_id,
  metadata.product.name AS product,
  metadata.event_code AS event_code,
  activity_name AS activity,
  cloud.account.uid AS event_account,
  cloud.region AS event_region,
  actor."user".type AS identity_type,
  actor."user".name AS user_name,
  actor."user".uid AS user_uid,
  actor."user".uid_alt AS user_uid_alt,
  actor."user".account.uid AS identity_account,
  actor."user".programmatic_credentials AS credentials,
  actor.session.uid_alt AS session_uid_alt,
  actor.session.issuer AS session_issuer,
  actor.app_name AS invoked_by,
  actor.app_uid AS impersonator,
  metadata.product.name AS service,
  activity_name AS operation,
  CAST(NULL AS varchar) AS request,
  CAST(NULL AS varchar) AS response,
  status_id,
  CAST(NULL AS varchar) AS error_code,
  CAST(NULL AS varchar) AS error_message,
  ARRAY[src_endpoint.ip, src_endpoint.domain, src_endpoint.svc_name, src_endpoint.uid] AS sources,
  http_request.user_agent AS user_agent,
  CAST(NULL AS varchar) AS protocol,
  CAST(NULL AS varchar) AS target_domain,
  CAST(NULL AS varchar) AS target_url,
  CAST(NULL AS varchar) AS owner,
  CAST(NULL AS varchar) AS object_type,
  CAST(NULL AS varchar) AS folder,
  CAST(NULL AS varchar) AS object_id,
  CAST(NULL AS varchar) AS scope,
  CAST(NULL AS varchar) AS rule_id,
  entity.name AS entity_name,
  json_extract_scalar(entity.data, '$.expires_time') AS expires_time,
  false AS is_sign_in,
  false AS is_account_switch,
  CAST(NULL AS varchar) AS assumed_uid,
  CAST(NULL AS varchar) AS assumed_role_arn,
  CAST(NULL AS varchar) AS issued_key,
  CAST(NULL AS boolean) AS with_mfa,
  coalesce(metadata.is_truncated, false) AS is_partial,
  unmapped
FROM entity_management_once
UNION ALL
SELECT
  event_time,
  region,
  accountid,
  eventday,
  'base_event' AS class,
  metadata.uid AS uid,
  metadata.log_name AS log_group,
  metadata.log_source AS log_stream,
  metadata.original_event_uid AS event_id,
  metadata.product.name AS product,
  metadata.event_code AS event_code,
  activity_name AS activity,
  cloud.account.uid AS event_account,
  cloud.region AS event_region,
  element_at(unmapped, 'userIdentity.type') AS identity_type,
  -- A message that was cut off may have lost the name, which follows the ARN.
  coalesce(
    nullif(element_at(unmapped, 'userIdentity.userName'), ''),
    nullif(regexp_extract(element_at(unmapped, 'userIdentity.arn'), '^arn:[^:]*:iam::[^:]*:user/(?:.*/)?([^/]+)$', 1), ''),
    element_at(unmapped, 'user')
  ) AS user_name,
  coalesce(nullif(element_at(unmapped, 'userIdentity.arn'), ''), element_at(unmapped, 'user_id')) AS user_uid,
  nullif(element_at(unmapped, 'userIdentity.principalId'), '') AS user_uid_alt,
  nullif(element_at(unmapped, 'userIdentity.accountId'), '') AS identity_account,
  filter(
    ARRAY[
      CAST(
        ROW('AWS Access Key', nullif(element_at(unmapped, 'userIdentity.accessKeyId'), ''))
        AS ROW(type varchar, uid varchar)
      ),
      CAST(
        ROW('AWS IAM Identity Center Credential', nullif(element_at(unmapped, 'userIdentity.credentialId'), ''))
        AS ROW(type varchar, uid varchar)
      ),
      CAST(
        ROW('WorkMail Personal Access Token', element_at(unmapped, 'personal_access_token_id'))
        AS ROW(type varchar, uid varchar)
      )
    ],
    credential -> credential.uid IS NOT NULL
  ) AS credentials,
  CAST(NULL AS varchar) AS session_uid_alt,
  element_at(unmapped, 'userIdentity.sessionContext.sessionIssuer.arn') AS session_issuer,
  nullif(element_at(unmapped, 'userIdentity.invokedBy'), '') AS invoked_by,
  element_at(unmapped, 'impersonator_id') AS impersonator,
  coalesce(element_at(unmapped, 'eventSource'), metadata.product.name) AS service,
  coalesce(
    element_at(unmapped, 'eventName'),
    CASE
      WHEN metadata.event_code = 'AUTHENTICATION' THEN 'Logon'
      WHEN metadata.event_code = 'ACCESS_CONTROL' THEN 'AccessControlEvaluation'
      WHEN metadata.event_code = 'PERSONAL_ACCESS_TOKEN' AND element_at(unmapped, 'action') = 'create' THEN 'Create'
      WHEN metadata.event_code = 'PERSONAL_ACCESS_TOKEN' AND element_at(unmapped, 'action') = 'delete' THEN 'Delete'
    END,
    element_at(unmapped, 'action')
  ) AS operation,
  CAST(NULL AS varchar) AS request,
  CAST(NULL AS varchar) AS response,
  status_id,
  CAST(NULL AS varchar) AS error_code,
  CAST(NULL AS varchar) AS error_message,
  ARRAY[
    element_at(unmapped, 'sourceIPAddress'),
    element_at(unmapped, 'source_ip'),
    element_at(unmapped, 'vpcEndpointId')
  ] AS sources,
  coalesce(element_at(unmapped, 'userAgent'), element_at(unmapped, 'user_agent')) AS user_agent,
  element_at(unmapped, 'protocol') AS protocol,
  element_at(unmapped, 'domain') AS target_domain,
  CAST(NULL AS varchar) AS target_url,
  element_at(unmapped, 'owner_id') AS owner,
  element_at(unmapped, 'object_type') AS object_type,
  element_at(unmapped, 'folder_path') AS folder,
  coalesce(element_at(unmapped, 'item_id'), element_at(unmapped, 'folder_id')) AS object_id,
  element_at(unmapped, 'scope') AS scope,
  element_at(unmapped, 'rule_id') AS rule_id,
  CAST(NULL AS varchar) AS entity_name,
  element_at(unmapped, 'expires_time') AS expires_time,
  metadata.event_code = 'AUTHENTICATION'
    OR (
      lower(element_at(unmapped, 'eventSource')) IN ('signin.amazonaws.com', 'sso.amazonaws.com')
      AND element_at(unmapped, 'eventName') IN (
        'ConsoleLogin',
        'ExternalIdPDirectoryLogin',
        'UserAuthentication',
        'CheckMfa',
        'CredentialChallenge',
        'CredentialVerification'
      )
    ) AS is_sign_in,
  lower(element_at(unmapped, 'eventSource')) = 'sts.amazonaws.com'
    AND element_at(unmapped, 'eventName') LIKE 'AssumeRo%' AS is_account_switch,
  coalesce(
    element_at(unmapped, 'responseElements.assumedRoleUser.arn'),
    element_at(unmapped, 'requestParameters.roleArn'),
    element_at(unmapped, 'requestParameters.targetPrincipal')
  ) AS assumed_uid,
  element_at(unmapped, 'requestParameters.roleArn') AS assumed_role_arn,
  CAST(NULL AS varchar) AS issued_key,
  CASE element_at(unmapped, 'additionalEventData.MFAUsed') WHEN 'Yes' THEN true WHEN 'No' THEN false END AS with_mfa,
  coalesce(metadata.is_truncated, false) AS is_partial,
  unmapped
FROM base_event_once
WHERE metadata.product.name = 'CloudTrail' OR metadata.product.feature.name = 'Audit logging'
