-- The steps of messages, one row for each email event of WorkMail, whatever its class: an event without an
-- address (a mailbox rule that moves a message), or with none in ASCII, is a Base Event. Create the views of single
-- classes first.
-- sent_by is the sender of a message that was sent on behalf of the address it is from. recipients are addresses, and
-- the text of a recipient whose address is not in ASCII. time_ms is the time in milliseconds since 1970; rule_actions are
-- all actions of a rule as JSON, rule_action the first. leg is the account, the log group and
-- the trace id, which is unique in a log group only; joining_id the Message-ID without brackets, if others can be compared
-- with it: of two parts, and not masked.
CREATE OR REPLACE VIEW email_steps AS
SELECT
  *,
  accountid || '/' || log_group || '/' || coalesce(nullif(trace_id, ''), '/' || uid) AS leg,
  CASE
    WHEN length(message_id) <= 1000 AND NOT regexp_like(message_id, '^[<*@.>]*$')
      THEN nullif(regexp_extract(message_id, '^\s*<?\s*([^<>\s]+@[^<>\s]+?)\s*>?\s*$', 1), '')
  END AS joining_id
FROM (
  SELECT
    event_time,
    region,
    accountid,
    eventday,
    metadata.log_name AS log_group,
    metadata.uid AS uid,
    "time" AS time_ms,
    metadata.event_code AS step,
    message_trace_uid AS trace_id,
    email.message_uid AS message_id,
    coalesce(email."from", email.from_mailbox) AS from_address,
    coalesce(email.sender, email.sender_mailbox) AS sent_by,
    nullif(
      coalesce("to", CAST(ARRAY[] AS array(varchar)))
        || filter(
          coalesce(email.to_mailboxes, CAST(ARRAY[] AS array(varchar))),
          text -> coalesce(cardinality(filter("to", address -> strpos(text, address) > 0)), 0) = 0
        ),
      CAST(ARRAY[] AS array(varchar))
    ) AS recipients,
    email.subject AS subject,
    direction,
    status,
    status_code,
    status_detail AS detail,
    element_at(unmapped, 'spamVerdict') AS spam,
    email_auth.spf AS spf,
    email_auth.dkim AS dkim,
    email_auth.dmarc AS dmarc,
    email_auth.dmarc_policy AS dmarc_policy,
    policy.name AS rule_name,
    policy.type AS rule_type,
    json_extract_scalar(policy.data, '$.ruleActions[0].action') AS rule_action,
    coalesce(json_format(json_extract(policy.data, '$.ruleActions')), element_at(unmapped, 'ruleActions')) AS rule_actions,
    disposition AS outcome,
    coalesce(element_at(unmapped, 'folder'), element_at(unmapped, 'targetFolder')) AS folder,
    element_at(unmapped, 'targetRecipient') AS target_recipient
  FROM email_activity_once
  UNION ALL
  SELECT
    event_time,
    region,
    accountid,
    eventday,
    metadata.log_name AS log_group,
    metadata.uid AS uid,
    "time" AS time_ms,
    metadata.event_code AS step,
    metadata.correlation_uid AS trace_id,
    element_at(unmapped, 'messageId') AS message_id,
    element_at(unmapped, 'from') AS from_address,
    element_at(unmapped, 'sender') AS sent_by,
    coalesce(
      TRY(CAST(json_parse(nullif(element_at(unmapped, 'recipients'), '[]')) AS array(varchar))),
      nullif(
        filter(
          ARRAY[
            coalesce(
              nullif(element_at(unmapped, 'recipient'), 'null'),
              element_at(unmapped, 'bouncedRecipient.emailAddress'),
              element_at(unmapped, 'bouncedRecipient'),
              element_at(unmapped, 'destination'),
              element_at(unmapped, 'journalingAddress'),
              nullif(element_at(unmapped, 'recipients'), '[]')
            )
          ],
          address -> address IS NOT NULL
        ),
        CAST(ARRAY[] AS array(varchar))
      )
    ) AS recipients,
    element_at(unmapped, 'subject') AS subject,
    CAST(NULL AS varchar) AS direction,
    status,
    element_at(unmapped, 'bouncedRecipient.status') AS status_code,
    coalesce(element_at(unmapped, 'bouncedRecipient.reason'), element_at(unmapped, 'reason'), activity_name) AS detail,
    element_at(unmapped, 'spamVerdict') AS spam,
    element_at(unmapped, 'spfVerdict') AS spf,
    element_at(unmapped, 'dkimVerdict') AS dkim,
    element_at(unmapped, 'dmarcVerdict') AS dmarc,
    coalesce(element_at(unmapped, 'dmarcPolicy'), element_at(unmapped, 'policy')) AS dmarc_policy,
    element_at(unmapped, 'ruleName') AS rule_name,
    element_at(unmapped, 'ruleType') AS rule_type,
    TRY(json_extract_scalar(element_at(unmapped, 'ruleActions'), '$[0].action')) AS rule_action,
    element_at(unmapped, 'ruleActions') AS rule_actions,
    CAST(NULL AS varchar) AS outcome,
    coalesce(element_at(unmapped, 'folder'), element_at(unmapped, 'targetFolder')) AS folder,
    element_at(unmapped, 'targetRecipient') AS target_recipient
  FROM base_event_once
  WHERE metadata.product.feature.name = 'Email event logging'
)
