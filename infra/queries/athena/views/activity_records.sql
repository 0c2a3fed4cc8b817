-- Who did what: one row for each event of an identity, as delivered. All rules about identities, roles, outcomes and
-- owners are in this view. Create activity_fields first. The view activity has each call once.
-- users: every value that a user is known by: user name, ARN, id, principal id, name of the session, source identity,
-- and the Identity Center user on whose behalf a role acted.
-- role_arn: the role that a session acts as; where CloudTrail leaves the issuer of a session out, what the session's
-- ARN says, which lacks the role's path. A caller that assumes a role does not act as it yet.
-- new_role_arn, new_identity and new_access_key are what a call returned: an assumed role, a session, a key.
-- accounts: the account of the identity, and the account that the event is of.
-- call_uid: CloudTrail delivers a call that concerns two accounts to both, with one sharedEventID; is_copy marks those
-- of other accounts than the caller's.
CREATE OR REPLACE VIEW activity_records AS
SELECT
  event_time,
  region,
  accountid,
  eventday,
  class,
  uid,
  event_id,
  product,
  event_code,
  activity,
  identity_type,
  identities,
  transform(
    filter(
      identities,
      identity -> identity.kind IN ('user_name', 'principal', 'role_session', 'source_identity', 'on_behalf_of')
    ),
    identity -> identity.value
  ) AS users,
  coalesce(
    CASE WHEN user_uid LIKE 'arn:%' THEN user_uid END,
    user_name,
    user_uid,
    user_uid_alt,
    on_behalf_of,
    invoked_by,
    identity_account
  ) AS who,
  user_name,
  user_uid,
  session_name,
  role_arn,
  regexp_extract(role_arn, '([^/]+)$', 1) AS role_name,
  element_at(credentials, 1) AS access_key,
  credentials,
  impersonator,
  service,
  operation,
  request,
  coalesce(
    json_extract_scalar(request, '$.userName'),
    element_at(unmapped, 'requestParameters.userName')
  ) AS target_user,
  outcome,
  error_code,
  error_message,
  source,
  filter(transform(split(source, ','), address -> trim(address)), address -> address <> '') AS sources,
  user_agent,
  protocol,
  target_domain,
  target_url,
  owner,
  owner IS NOT NULL AND (coalesce(user_uid <> owner, false) OR impersonator IS NOT NULL) AS is_not_owner,
  object_type,
  folder,
  object_id,
  scope,
  rule_id,
  entity_name,
  expires_time,
  is_sign_in,
  is_account_switch,
  with_mfa,
  assumed_role_arn AS new_role_arn,
  -- Of AssumeRoot, earlier versions of the mapping left the principal in the request.
  CASE
    WHEN is_account_switch
      THEN coalesce(nullif(assumed_uid, user_uid), json_extract_scalar(request, '$.targetPrincipal'))
  END AS new_identity,
  issued_key AS new_access_key,
  event_account,
  filter(ARRAY[identity_account, event_account], account -> account IS NOT NULL) AS accounts,
  event_region,
  coalesce(shared_event_id, concat(accountid, '/', log_group, '/', log_stream, '/', uid)) AS call_uid,
  shared_event_id IS NOT NULL AND coalesce(identity_account <> event_account, false) AS is_copy
FROM (
  SELECT
    *,
    filter(
      ARRAY[
        CAST(ROW('user_name', user_name) AS ROW(kind varchar, value varchar)),
        CAST(ROW('principal', user_uid) AS ROW(kind varchar, value varchar)),
        CAST(ROW('principal', user_uid_alt) AS ROW(kind varchar, value varchar)),
        CAST(ROW('role', role_arn) AS ROW(kind varchar, value varchar)),
        CAST(ROW('role_session', session_name) AS ROW(kind varchar, value varchar)),
        CAST(ROW('source_identity', source_identity) AS ROW(kind varchar, value varchar)),
        CAST(ROW('on_behalf_of', on_behalf_of) AS ROW(kind varchar, value varchar)),
        CAST(ROW('impersonator', impersonator) AS ROW(kind varchar, value varchar)),
        CAST(ROW('service', invoked_by) AS ROW(kind varchar, value varchar)),
        CAST(ROW('account', identity_account) AS ROW(kind varchar, value varchar))
      ]
        || transform(
          credentials,
          credential -> CAST(
            ROW(CASE WHEN product = 'CloudTrail' THEN 'access_key' ELSE 'token' END, credential)
            AS ROW(kind varchar, value varchar)
          )
        ),
      identity -> identity.value IS NOT NULL
    ) AS identities
  FROM (
    SELECT
      *,
      CASE
        WHEN session_issuer LIKE 'arn:%:role/%' THEN session_issuer
        WHEN user_uid LIKE 'arn:%:assumed-role/%/%'
          THEN 'arn:' || split_part(user_uid, ':', 2) || ':iam::' || split_part(user_uid, ':', 5) || ':role/'
            || regexp_extract(user_uid, ':assumed-role/(.+)/[^/]+$', 1)
        WHEN identity_type = 'Role' AND user_uid LIKE 'arn:%:role/%' THEN user_uid
      END AS role_arn,
      coalesce(
        session_uid_alt,
        CASE WHEN identity_type IN ('AssumedRole', 'Role', 'FederatedUser') THEN session_of_principal END,
        nullif(regexp_extract(user_uid, ':assumed-role/.+/([^/]+)$', 1), ''),
        nullif(regexp_extract(user_uid, ':federated-user/(.+)$', 1), '')
      ) AS session_name,
      CASE
        WHEN status_id = 2 OR reported_failure THEN 'failure'
        WHEN status_id = 1 THEN 'success'
        WHEN error_code IS NOT NULL OR error_message IS NOT NULL THEN 'failure'
        WHEN product = 'CloudTrail' AND NOT is_partial THEN 'success'
        ELSE 'unknown'
      END AS outcome
    FROM (
      SELECT
        event_time,
        region,
        accountid,
        eventday,
        class,
        uid,
        log_group,
        log_stream,
        event_id,
        product,
        event_code,
        activity,
        event_account,
        event_region,
        identity_type,
        user_name,
        user_uid,
        user_uid_alt,
        identity_account,
        coalesce(credentials, CAST(ARRAY[] AS array(varchar))) AS credentials,
        session_uid_alt,
        session_issuer,
        nullif(regexp_extract(user_uid_alt, ':(.+)$', 1), '') AS session_of_principal,
        element_at(unmapped, 'userIdentity.sessionContext.sourceIdentity') AS source_identity,
        element_at(unmapped, 'userIdentity.onBehalfOf.userId') AS on_behalf_of,
        invoked_by,
        impersonator,
        service,
        operation,
        request,
        status_id,
        error_code,
        error_message,
        coalesce(
          strpos(
            regexp_replace(lower(response), '\s', ''),
            '"' || lower(operation) || '":"failure"'
          ) > 0,
          false
        )
          OR coalesce(lower(element_at(unmapped, 'responseElements.' || operation)) = 'failure', false)
          OR coalesce(lower(element_at(unmapped, 'serviceEventDetails.' || operation)) = 'failure', false)
          AS reported_failure,
        element_at(unmapped, 'mailtrail.partial') IS NOT NULL AS is_partial,
        source,
        user_agent,
        protocol,
        target_domain,
        target_url,
        coalesce(owner, element_at(unmapped, 'owner_id')) AS owner,
        coalesce(object_type, element_at(unmapped, 'object_type')) AS object_type,
        folder,
        object_id,
        scope,
        rule_id,
        entity_name,
        expires_time,
        coalesce(is_sign_in, false) AS is_sign_in,
        coalesce(is_account_switch, false) AS is_account_switch,
        assumed_uid,
        assumed_role_arn,
        coalesce(
          issued_key,
          nullif(regexp_extract(response, '"accessKeyId"\s*:\s*"([^"]+)"', 1), ''),
          element_at(unmapped, 'responseElements.credentials.accessKeyId'),
          element_at(unmapped, 'responseElements.accessKey.accessKeyId')
        ) AS issued_key,
        with_mfa,
        element_at(unmapped, 'sharedEventID') AS shared_event_id,
        unmapped
      FROM activity_fields
    ) AS facts
  ) AS roles
) AS identified
