-- Who did what: one row for each event of an identity, as delivered. All rules about identities, roles, outcomes and
-- owners are in this view. Create activity_fields first. The view activity has each call once.
-- identities: every name and id of the caller, with its kind. users: those that a user is asked for by. sessions: the
-- names of the session, as logged and as the ids of the principal have them.
-- role_arn: the role that a session acts as; where CloudTrail leaves the issuer of a session out, what the session's
-- ARN says, which lacks the role's path. A caller that assumes a role does not act as it yet.
-- new_role_arn, new_identity and new_access_key are what a call returned: an assumed role, a session, a key.
-- accounts: the account of the identity, and the account that the event is of. An event is_attributed that has an
-- identity, or is an attempt to sign in.
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
      identity -> identity.kind IN (
        'user_name',
        'address',
        'user_id',
        'role_session',
        'source_identity',
        'on_behalf_of',
        'principal'
      )
    ),
    identity -> identity.value
  ) AS users,
  cardinality(identities) > 0 OR is_sign_in AS is_attributed,
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
  element_at(sessions, 1) AS session_name,
  sessions,
  role_arn,
  regexp_extract(role_arn, '([^/]+)$', 1) AS role_name,
  element_at(credentials, 1).uid AS access_key,
  transform(credentials, credential -> credential.uid) AS credentials,
  impersonator,
  service,
  operation,
  request,
  coalesce(
    json_extract_scalar(request, '$.userName'),
    element_at(unmapped, 'requestParameters.userName')
  ) AS target_user,
  CASE
    WHEN status_id = 2 OR answer_says_failure THEN 'failure'
    WHEN status_id = 1 THEN 'success'
    WHEN error_code IS NOT NULL OR error_message IS NOT NULL THEN 'failure'
    WHEN product = 'CloudTrail' AND operation IS NOT NULL AND NOT is_partial THEN 'success'
    ELSE 'unknown'
  END AS outcome,
  error_code,
  error_message,
  element_at(sources, 1) AS source,
  sources,
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
  is_partial,
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
  coalesce(
    concat(shared_event_id, '/', service, '/', operation),
    concat(accountid, '/', log_group, '/', log_stream, '/', uid)
  ) AS call_uid,
  shared_event_id IS NOT NULL AND NOT coalesce(identity_account = event_account, false) AS is_copy
FROM (
  SELECT
    *,
    filter(
      ARRAY[
        CAST(ROW(name_kind, user_name) AS ROW(kind varchar, value varchar)),
        CAST(ROW(id_kind, user_uid) AS ROW(kind varchar, value varchar)),
        CAST(ROW('principal', user_uid_alt) AS ROW(kind varchar, value varchar)),
        CAST(ROW('role', role_arn) AS ROW(kind varchar, value varchar)),
        CAST(ROW('source_identity', source_identity) AS ROW(kind varchar, value varchar)),
        CAST(ROW('on_behalf_of', on_behalf_of) AS ROW(kind varchar, value varchar)),
        CAST(ROW('impersonator', impersonator) AS ROW(kind varchar, value varchar)),
        CAST(ROW('service', invoked_by) AS ROW(kind varchar, value varchar)),
        CAST(ROW('account', identity_account) AS ROW(kind varchar, value varchar))
      ]
        || transform(sessions, session -> CAST(ROW('role_session', session) AS ROW(kind varchar, value varchar)))
        || transform(
          credentials,
          credential -> CAST(
            ROW(CASE WHEN credential.type = 'AWS Access Key' THEN 'access_key' ELSE 'token' END, credential.uid)
            AS ROW(kind varchar, value varchar)
          )
        ),
      identity -> identity.value IS NOT NULL
    ) AS identities
  FROM (
    SELECT
      *,
      CASE
        WHEN product = 'CloudTrail' THEN 'user_name'
        WHEN user_name LIKE '%@%' THEN 'address'
        ELSE 'user_name'
      END AS name_kind,
      CASE WHEN product = 'CloudTrail' THEN 'principal' ELSE 'user_id' END AS id_kind,
      CASE
        WHEN session_issuer LIKE '%:role/%' THEN session_issuer
        WHEN user_uid LIKE 'arn:%:assumed-role/%/%'
          THEN 'arn:' || split_part(user_uid, ':', 2) || ':iam::' || split_part(user_uid, ':', 5) || ':role/'
            || regexp_extract(user_uid, ':assumed-role/(.+)/[^/]+$', 1)
      END AS role_arn,
      filter(
        ARRAY[
          session_uid_alt,
          nullif(regexp_extract(user_uid, '^arn:[^:]*:[^:]*:[^:]*:[^:]*:assumed-role/(?:.*/)?([^/]+)$', 1), ''),
          nullif(regexp_extract(user_uid, '^arn:[^:]*:[^:]*:[^:]*:[^:]*:federated-user/(?:.*/)?([^/]+)$', 1), ''),
          nullif(regexp_extract(user_uid, '^(?:AROA[^:]*|[0-9]{12}):(.+)$', 1), ''),
          nullif(regexp_extract(user_uid_alt, '^(?:AROA[^:]*|[0-9]{12}):(.+)$', 1), '')
        ],
        session -> session IS NOT NULL
      ) AS sessions
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
        coalesce(credentials, CAST(ARRAY[] AS array(ROW(type varchar, uid varchar)))) AS credentials,
        session_uid_alt,
        session_issuer,
        element_at(unmapped, 'userIdentity.sessionContext.sourceIdentity') AS source_identity,
        element_at(unmapped, 'userIdentity.onBehalfOf.userId') AS on_behalf_of,
        invoked_by,
        impersonator,
        service,
        operation,
        request,
        status_id,
        coalesce(error_code, element_at(unmapped, 'errorCode')) AS error_code,
        coalesce(
          error_message,
          element_at(unmapped, 'errorMessage'),
          element_at(unmapped, 'auth_failed_reason'),
          element_at(unmapped, 'error_message')
        ) AS error_message,
        -- A sign-in fails without an error: {"ConsoleLogin": "Failure"}.
        coalesce(
          strpos(lower(regexp_replace(response, '\s', '')), lower('"' || operation || '":"Failure"')) > 0,
          false
        )
          OR coalesce(lower(element_at(unmapped, 'responseElements.' || operation)) = 'failure', false)
          OR coalesce(lower(element_at(unmapped, 'serviceEventDetails.' || operation)) = 'failure', false)
          AS answer_says_failure,
        is_partial,
        -- An address may be a list: the client, then the proxies.
        filter(
          transform(split(array_join(sources, ','), ','), source -> trim(source)),
          source -> source <> ''
        ) AS sources,
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
  ) AS sessions
) AS identified
