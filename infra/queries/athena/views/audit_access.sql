-- One row for each event of mailbox access and of access control in WorkMail's audit logs, whatever its class: an
-- event without a user or an address is a Base Event. Create the views of single classes first.
-- impersonator is the application that acted in somebody's name; the owner of the mailbox stands with its item or
-- folder, or where neither was logged, in unmapped.
CREATE OR REPLACE VIEW audit_access AS
SELECT
  event_time,
  region,
  accountid,
  eventday,
  metadata.event_code AS kind,
  actor."user".uid AS user_id,
  coalesce(actor."user".uid, actor."user".name) AS who,
  actor.app_uid AS impersonator,
  coalesce(element_at(resources, 1).owner.uid, element_at(unmapped, 'owner_id')) AS owner,
  api.operation AS operation,
  coalesce(element_at(resources, 1).type, element_at(unmapped, 'object_type')) AS object_type,
  element_at(resources, 1).namespace AS folder,
  element_at(resources, 1).uid AS object_id,
  coalesce(src_endpoint.ip, src_endpoint.domain, src_endpoint.svc_name) AS source,
  dst_endpoint.svc_name AS protocol,
  http_request.user_agent AS user_agent,
  element_at(authorizations, 1).policy.type AS scope,
  element_at(authorizations, 1).policy.uid AS rule_id,
  status AS result
FROM api_activity_once
WHERE metadata.event_code IN ('MAILBOX_ACCESS', 'ACCESS_CONTROL')
UNION ALL
SELECT
  event_time,
  region,
  accountid,
  eventday,
  metadata.event_code AS kind,
  element_at(unmapped, 'user_id') AS user_id,
  coalesce(element_at(unmapped, 'user_id'), element_at(unmapped, 'user')) AS who,
  element_at(unmapped, 'impersonator_id') AS impersonator,
  element_at(unmapped, 'owner_id') AS owner,
  coalesce(
    element_at(unmapped, 'action'),
    CASE WHEN metadata.event_code = 'ACCESS_CONTROL' THEN 'AccessControlEvaluation' END
  ) AS operation,
  element_at(unmapped, 'object_type') AS object_type,
  element_at(unmapped, 'folder_path') AS folder,
  coalesce(element_at(unmapped, 'item_id'), element_at(unmapped, 'folder_id')) AS object_id,
  element_at(unmapped, 'source_ip') AS source,
  element_at(unmapped, 'protocol') AS protocol,
  element_at(unmapped, 'user_agent') AS user_agent,
  element_at(unmapped, 'scope') AS scope,
  element_at(unmapped, 'rule_id') AS rule_id,
  status AS result
FROM base_event_once
WHERE metadata.event_code IN ('MAILBOX_ACCESS', 'ACCESS_CONTROL')
