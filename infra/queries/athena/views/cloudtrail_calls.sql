-- One row for each record of CloudTrail that says what was called: API calls, sign-ins, roles taken on; whatever its
-- class: a call without an address or an identity is a Base Event. Create the views of single classes first.
-- who is the ARN or else the name, the id or the account of the caller. Of a sign-in it may be told by the user who
-- signed in alone; where a role was taken on, the user is who the caller became: new_identity.
-- role_arn and role_name are the role that a caller acts as: a role's calls never carry it as a user name. Where
-- CloudTrail leaves the issuer of a session out, they are what the session's ARN says, which has no path of the role.
-- new_role_arn, new_identity and new_access_key are what a call of AWS STS returned. access_key is the first
-- credential: CloudTrail puts the key there, or else the id of an Identity Center credential.
CREATE OR REPLACE VIEW cloudtrail_calls AS
SELECT
  event_time,
  region,
  accountid,
  eventday,
  activity,
  identity_type,
  user_name,
  identity_arn,
  session_name,
  CASE
    WHEN issuer LIKE 'arn:%:role/%' THEN issuer
    WHEN identity_arn LIKE 'arn:%:assumed-role/%/%'
      THEN 'arn:' || split_part(identity_arn, ':', 2) || ':iam::' || split_part(identity_arn, ':', 5) || ':role/'
        || regexp_extract(identity_arn, ':assumed-role/(.+)/[^/]+$', 1)
  END AS role_arn,
  coalesce(
    nullif(regexp_extract(issuer, ':role/(?:.*/)?([^/]+)$', 1), ''),
    nullif(regexp_extract(identity_arn, ':assumed-role/(?:.*/)?([^/]+)/[^/]+$', 1), '')
  ) AS role_name,
  access_key,
  coalesce(
    CASE WHEN identity_arn LIKE 'arn:%' THEN identity_arn END,
    user_name,
    identity_arn,
    principal_id,
    invoked_by,
    identity_account
  ) AS who,
  service,
  operation,
  request,
  target_user,
  status,
  error_code,
  error_message,
  source,
  user_agent,
  aws_region,
  event_id,
  new_role_arn,
  new_identity,
  CASE WHEN lower(service) = 'sts.amazonaws.com' THEN returned_key END AS new_access_key,
  with_mfa
FROM (
  SELECT
    event_time,
    region,
    accountid,
    eventday,
    activity_name AS activity,
    actor."user".type AS identity_type,
    actor."user".name AS user_name,
    actor."user".uid AS identity_arn,
    actor."user".uid_alt AS principal_id,
    actor."user".account.uid AS identity_account,
    actor.app_name AS invoked_by,
    actor.session.uid_alt AS session_name,
    actor.session.issuer AS issuer,
    element_at(actor."user".programmatic_credentials, 1).uid AS access_key,
    api.service.name AS service,
    api.operation AS operation,
    api.request.data AS request,
    coalesce(
      json_extract_scalar(api.request.data, '$.userName'),
      element_at(unmapped, 'requestParameters.userName')
    ) AS target_user,
    status,
    status_code AS error_code,
    status_detail AS error_message,
    coalesce(src_endpoint.ip, src_endpoint.domain, src_endpoint.svc_name, src_endpoint.uid) AS source,
    http_request.user_agent AS user_agent,
    cloud.region AS aws_region,
    metadata.original_event_uid AS event_id,
    CAST(NULL AS varchar) AS new_role_arn,
    CAST(NULL AS varchar) AS new_identity,
    json_extract_scalar(api.response.data, '$.credentials.accessKeyId') AS returned_key,
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
    coalesce(actor."user".name, CASE WHEN account_switch_type_id IS NULL THEN "user".name END) AS user_name,
    coalesce(actor."user".uid, CASE WHEN account_switch_type_id IS NULL THEN "user".uid END) AS identity_arn,
    coalesce(actor."user".uid_alt, CASE WHEN account_switch_type_id IS NULL THEN "user".uid_alt END) AS principal_id,
    actor."user".account.uid AS identity_account,
    actor.app_name AS invoked_by,
    actor.session.uid_alt AS session_name,
    actor.session.issuer AS issuer,
    element_at(actor."user".programmatic_credentials, 1).uid AS access_key,
    api.service.name AS service,
    api.operation AS operation,
    api.request.data AS request,
    coalesce(
      json_extract_scalar(api.request.data, '$.userName'),
      element_at(unmapped, 'requestParameters.userName')
    ) AS target_user,
    status,
    status_code AS error_code,
    status_detail AS error_message,
    coalesce(src_endpoint.ip, src_endpoint.domain, src_endpoint.svc_name, src_endpoint.uid) AS source,
    http_request.user_agent AS user_agent,
    cloud.region AS aws_region,
    metadata.original_event_uid AS event_id,
    session.issuer AS new_role_arn,
    -- Where nothing says which role was refused, the user is the caller. Of AssumeRoot, earlier versions of the mapping
    -- left the principal in the request.
    CASE
      WHEN account_switch_type_id IS NOT NULL THEN nullif(coalesce("user".uid, "user".account.uid), actor.user.uid)
      ELSE json_extract_scalar(api.request.data, '$.targetPrincipal')
    END AS new_identity,
    coalesce(
      session.credential_uid,
      json_extract_scalar(api.response.data, '$.credentials.accessKeyId')
    ) AS returned_key,
    is_mfa AS with_mfa
  FROM authentication_once
  WHERE metadata.product.name = 'CloudTrail'
  UNION ALL
  SELECT
    event_time,
    region,
    accountid,
    eventday,
    CASE
      WHEN element_at(unmapped, 'eventSource') IN ('signin.amazonaws.com', 'sso.amazonaws.com')
        AND activity_name IN ('ConsoleLogin', 'ExternalIdPDirectoryLogin', 'UserAuthentication') THEN 'Logon'
      WHEN element_at(unmapped, 'eventSource') IN ('signin.amazonaws.com', 'sso.amazonaws.com')
        AND activity_name IN ('CheckMfa', 'CredentialChallenge', 'CredentialVerification') THEN 'Preauth'
      WHEN element_at(unmapped, 'eventSource') = 'sts.amazonaws.com' AND activity_name LIKE 'AssumeRo%'
        THEN 'Account Switch'
      ELSE activity_name
    END AS activity,
    element_at(unmapped, 'userIdentity.type') AS identity_type,
    nullif(element_at(unmapped, 'userIdentity.userName'), '') AS user_name,
    nullif(element_at(unmapped, 'userIdentity.arn'), '') AS identity_arn,
    nullif(element_at(unmapped, 'userIdentity.principalId'), '') AS principal_id,
    nullif(element_at(unmapped, 'userIdentity.accountId'), '') AS identity_account,
    nullif(element_at(unmapped, 'userIdentity.invokedBy'), '') AS invoked_by,
    CASE
      WHEN element_at(unmapped, 'userIdentity.type') IN ('AssumedRole', 'FederatedUser')
        THEN nullif(regexp_extract(element_at(unmapped, 'userIdentity.principalId'), ':(.+)$', 1), '')
    END AS session_name,
    element_at(unmapped, 'userIdentity.sessionContext.sessionIssuer.arn') AS issuer,
    coalesce(
      nullif(element_at(unmapped, 'userIdentity.accessKeyId'), ''),
      nullif(element_at(unmapped, 'userIdentity.credentialId'), '')
    ) AS access_key,
    element_at(unmapped, 'eventSource') AS service,
    element_at(unmapped, 'eventName') AS operation,
    CAST(NULL AS varchar) AS request,
    element_at(unmapped, 'requestParameters.userName') AS target_user,
    CASE
      WHEN coalesce(element_at(unmapped, 'errorCode'), element_at(unmapped, 'errorMessage')) IS NOT NULL
        OR element_at(unmapped, 'responseElements.' || activity_name) = 'Failure'
        OR element_at(unmapped, 'serviceEventDetails.' || activity_name) = 'Failure' THEN 'Failure'
    END AS status,
    element_at(unmapped, 'errorCode') AS error_code,
    element_at(unmapped, 'errorMessage') AS error_message,
    coalesce(
      nullif(element_at(unmapped, 'sourceIPAddress'), ''),
      nullif(element_at(unmapped, 'vpcEndpointId'), '')
    ) AS source,
    element_at(unmapped, 'userAgent') AS user_agent,
    cloud.region AS aws_region,
    metadata.original_event_uid AS event_id,
    element_at(unmapped, 'requestParameters.roleArn') AS new_role_arn,
    coalesce(
      element_at(unmapped, 'responseElements.assumedRoleUser.arn'),
      element_at(unmapped, 'requestParameters.roleArn'),
      element_at(unmapped, 'requestParameters.targetPrincipal')
    ) AS new_identity,
    element_at(unmapped, 'responseElements.credentials.accessKeyId') AS returned_key,
    CASE element_at(unmapped, 'additionalEventData.MFAUsed') WHEN 'Yes' THEN true WHEN 'No' THEN false END AS with_mfa
  FROM base_event_once
  WHERE metadata.product.name = 'CloudTrail' AND element_at(unmapped, 'eventName') IS NOT NULL
) AS records
