-- Where mail went, for DuckDB (1.4 or later). It reads the views of duckdb.sql, so that one comes first; start DuckDB in the
-- folder that holds `_about`:
--
--     (cat _about/duckdb.sql _about/email.sql; echo "FROM email_trace('20261101', '20261130', 'ana@example.com');") | duckdb
--
-- email_trace(first_day, last_day, part) has one row for each recipient of each message, with one status. `part` is a part of
-- the sender, the recipient, the subject, the Message-ID or a trace id; '' finds all.
-- email_journey(first_day, last_day, message) has every step of one message; `message` is a part of its Message-ID, or a trace id.
-- Each event counts once, however often it is stored. email_steps has all of them.
-- Times are in UTC. Where these answers end: `infra/queries/README.md` of mailtrail, whose queries for Athena these are.

SET TimeZone = 'UTC';

CREATE OR REPLACE TEMP VIEW email_activity_once AS
SELECT
  *
FROM (
  SELECT
    *,
    RANK() OVER (
      PARTITION BY accountid, eventday, metadata.log_name, metadata.log_source, metadata.uid
      ORDER BY contents DESC, mapping DESC
    ) AS version_number
  FROM (
    SELECT
      *,
      COUNT(*) OVER (
        PARTITION BY accountid, eventday, metadata.log_name, metadata.log_source, metadata.uid, mapping
      ) AS contents
    FROM (
      SELECT
        *,
        ROW_NUMBER() OVER (
          PARTITION BY accountid, eventday, metadata.log_name, metadata.log_source, metadata.uid, mapping, content
        ) AS copy_number
      FROM (
        SELECT
          *,
          CAST(TO_TIMESTAMP("time" / 1e3) AS TIMESTAMP) AS event_time,
          metadata.transformation_info_list[1].uid AS mapping,
          CAST(TO_JSON(
            CAST({'action': "action", 'action_id': action_id, 'activity_id': activity_id, 'activity_name': activity_name, 'category_name': category_name, 'category_uid': category_uid, 'class_name': class_name, 'class_uid': class_uid, 'direction': direction, 'direction_id': direction_id, 'disposition': disposition, 'disposition_id': disposition_id, 'email': email, 'email_auth': email_auth, 'message_trace_uid': message_trace_uid, 'observables': observables, 'policy': "policy", 'protocol_name': protocol_name, 'severity': severity, 'severity_id': severity_id, 'status': "status", 'status_code': status_code, 'status_detail': status_detail, 'status_id': status_id, 'time': "time", 'time_dt': time_dt, 'to': "to", 'type_name': type_name, 'type_uid': type_uid, 'unmapped': unmapped} AS JSON)
          ) AS TEXT) AS content
        FROM email_activity
      )
    )
    WHERE
      copy_number = 1
  )
)
WHERE
  version_number = 1;

CREATE OR REPLACE TEMP VIEW base_event_once AS
SELECT
  *
FROM (
  SELECT
    *,
    RANK() OVER (
      PARTITION BY accountid, eventday, metadata.log_name, metadata.log_source, metadata.uid
      ORDER BY contents DESC, mapping DESC
    ) AS version_number
  FROM (
    SELECT
      *,
      COUNT(*) OVER (
        PARTITION BY accountid, eventday, metadata.log_name, metadata.log_source, metadata.uid, mapping
      ) AS contents
    FROM (
      SELECT
        *,
        ROW_NUMBER() OVER (
          PARTITION BY accountid, eventday, metadata.log_name, metadata.log_source, metadata.uid, mapping, content
        ) AS copy_number
      FROM (
        SELECT
          *,
          CAST(TO_TIMESTAMP("time" / 1e3) AS TIMESTAMP) AS event_time,
          metadata.transformation_info_list[1].uid AS mapping,
          CAST(TO_JSON(
            CAST({'activity_id': activity_id, 'activity_name': activity_name, 'category_name': category_name, 'category_uid': category_uid, 'class_name': class_name, 'class_uid': class_uid, 'raw_data': raw_data, 'severity': severity, 'severity_id': severity_id, 'status': "status", 'status_id': status_id, 'time': "time", 'time_dt': time_dt, 'type_name': type_name, 'type_uid': type_uid, 'unmapped': unmapped} AS JSON)
          ) AS TEXT) AS content
        FROM base_event
      )
    )
    WHERE
      copy_number = 1
  )
)
WHERE
  version_number = 1;

CREATE OR REPLACE TEMP VIEW email_steps AS
SELECT
  *,
  accountid || '/' || log_group || '/' || COALESCE(NULLIF(trace_id, ''), '/' || uid) AS leg,
  CASE
    WHEN LENGTH(message_id) <= 1000 AND NOT REGEXP_MATCHES(message_id, '^[<*@.>]*$')
    THEN NULLIF(REGEXP_EXTRACT(message_id, '^\s*<?\s*([^<>\s]+@[^<>\s]+?)\s*>?\s*$', 1), '')
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
    COALESCE(email."from", email.from_mailbox) AS from_address,
    COALESCE(email.sender, email.sender_mailbox) AS sent_by,
    NULLIF(
      COALESCE("to", CAST([] AS TEXT[])) || LIST_FILTER(
        COALESCE(email.to_mailboxes, CAST([] AS TEXT[])),
        LAMBDA text : COALESCE(ARRAY_LENGTH(LIST_FILTER("to", LAMBDA address : STRPOS(text, address) > 0)), 0) = 0
      ),
      CAST([] AS TEXT[])
    ) AS recipients,
    email.subject AS subject,
    direction,
    status,
    status_code,
    status_detail AS detail,
    unmapped['spamVerdict'] AS spam,
    email_auth.spf AS spf,
    email_auth.dkim AS dkim,
    email_auth.dmarc AS dmarc,
    email_auth.dmarc_policy AS dmarc_policy,
    policy.name AS rule_name,
    policy.type AS rule_type,
    policy.data ->> '$.ruleActions[0].action' AS rule_action,
    COALESCE(CAST(TO_JSON(policy.data -> '$.ruleActions') AS TEXT), unmapped['ruleActions']) AS rule_actions,
    disposition AS outcome,
    COALESCE(unmapped['folder'], unmapped['targetFolder']) AS folder,
    unmapped['targetRecipient'] AS target_recipient
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
    unmapped['messageId'] AS message_id,
    unmapped['from'] AS from_address,
    unmapped['sender'] AS sent_by,
    COALESCE(
      TRY(CAST(JSON(NULLIF(unmapped['recipients'], '[]')) AS TEXT[])),
      NULLIF(
        LIST_FILTER(
          [
            COALESCE(
              NULLIF(unmapped['recipient'], 'null'),
              unmapped['bouncedRecipient.emailAddress'],
              unmapped['bouncedRecipient'],
              unmapped['destination'],
              unmapped['journalingAddress'],
              NULLIF(unmapped['recipients'], '[]')
            )
          ],
          LAMBDA address : NOT address IS NULL
        ),
        CAST([] AS TEXT[])
      )
    ) AS recipients,
    unmapped['subject'] AS subject,
    CAST(NULL AS TEXT) AS direction,
    status,
    unmapped['bouncedRecipient.status'] AS status_code,
    COALESCE(unmapped['bouncedRecipient.reason'], unmapped['reason'], activity_name) AS detail,
    unmapped['spamVerdict'] AS spam,
    unmapped['spfVerdict'] AS spf,
    unmapped['dkimVerdict'] AS dkim,
    unmapped['dmarcVerdict'] AS dmarc,
    COALESCE(unmapped['dmarcPolicy'], unmapped['policy']) AS dmarc_policy,
    unmapped['ruleName'] AS rule_name,
    unmapped['ruleType'] AS rule_type,
    TRY(unmapped['ruleActions'] ->> '$[0].action') AS rule_action,
    unmapped['ruleActions'] AS rule_actions,
    CAST(NULL AS TEXT) AS outcome,
    COALESCE(unmapped['folder'], unmapped['targetFolder']) AS folder,
    unmapped['targetRecipient'] AS target_recipient
  FROM base_event_once
  WHERE
    metadata.product.feature.name = 'Email event logging'
);

CREATE OR REPLACE TEMP MACRO email_trace(first_day, last_day, part) AS TABLE
WITH steps AS (
  SELECT
    *,
    step IN (
      'ORGANIZATION_EMAIL_RECEIVED',
      'MAILBOX_EMAIL_DELIVERED',
      'INCOMING_EMAIL_BOUNCED'
    ) AS is_incoming,
    step IN ('OUTGOING_EMAIL_SUBMITTED', 'OUTGOING_EMAIL_SENT', 'OUTGOING_EMAIL_BOUNCED') AS is_outgoing,
    UPPER(COALESCE(rule_type, '')) AS kind_of_rule,
    TRY(CAST(JSON(rule_actions) AS JSON[])) AS actions,
    ARRAY_CONTAINS(
      [
        'junk',
        'junk e-mail',
        'junk email',
        'junk mail',
        'spam',
        'bulk mail',
        '垃圾邮件',
        '垃圾電郵',
        '垃圾郵件',
        'nevyžádaná pošta',
        'uønsket e-mail',
        'uønsket mail',
        'uønsket post',
        'ongewenste e-mail',
        'ongewenste mail',
        'ongewenste reclame',
        'roskaposti',
        'courrier indésirable',
        'pourriel',
        'indésirables',
        'junk-e-mail',
        'junk-mail',
        'werbung',
        'unerwünscht',
        'ανεπιθύμητη αλληλογραφία',
        'levélszemét',
        'posta indesiderata',
        '迷惑メール',
        '정크 메일',
        '정크 이메일',
        '스팸 메일',
        'søppelpost',
        'uønsket e-post',
        'wiadomości-śmieci',
        'wiadomości śmieci',
        'lixo eletrônico',
        'lixo eletrónico',
        'lixo electrónico',
        'e-mail de lixo',
        'correio de lixo',
        'нежелательная почта',
        'спам',
        'correo no deseado',
        'correo basura',
        'skräppost',
        'gereksiz e-posta',
        'önemsiz e-posta',
        'istenmeyen e-posta',
        'небажана пошта'
      ],
      LOWER(TRIM(REGEXP_EXTRACT(TRIM(folder), '([^/\\]*)/*$', 1)))
    ) AS is_junk
  FROM email_steps
  WHERE
    eventday BETWEEN first_day AND last_day
), named AS (
  SELECT
    steps.*,
    entry[1] AS name,
    entry[2] AS text,
    UPPER(entry[3]) AS rule_word
  FROM steps
  CROSS JOIN UNNEST([
    ['step', NULL, NULL],
    ['from', from_address, NULL],
    ['target', target_recipient, NULL]
  ] || LIST_TRANSFORM(
    COALESCE(CASE WHEN step <> 'RULE_APPLIED' THEN recipients END, CAST([] AS TEXT[])),
    LAMBDA address : ['recipient', address, NULL]
  ) || COALESCE(
    FLATTEN(
      LIST_TRANSFORM(
        actions,
        LAMBDA act : LIST_TRANSFORM(
          COALESCE(
            NULLIF(TRY(CAST(act -> '$.recipients' AS TEXT[])), CAST([] AS TEXT[])),
            [CAST(NULL AS TEXT)]
          ),
          LAMBDA address : ['rule', address, act ->> '$.action']
        )
      )
    ),
    CAST([] AS TEXT[][])
  )) AS entries(entry)
), bare AS (
  SELECT
    *,
    REGEXP_REPLACE(
      REGEXP_REPLACE(
        TRIM(
          REGEXP_REPLACE(
            COALESCE(NULLIF(REGEXP_EXTRACT(text, '.*<([^<>]*)>', 1), ''), text),
            '\([^()]*\)',
            '',
            'g'
          )
        ),
        '^@[^:]*:',
        '',
        'g'
      ),
      '\.$',
      '',
      'g'
    ) AS bare_text
  FROM named
), weighed AS (
  SELECT
    *,
    LOWER(
      CASE
        WHEN REGEXP_MATCHES(bare_text, '^"[^"\\\s()<>\[\]:;@,]+"@')
        THEN REPLACE(bare_text, '"', '')
        ELSE bare_text
      END
    ) AS address,
    CASE
      WHEN step = 'DMARC_POLICY_APPLIED' AND UPPER(dmarc_policy) = 'REJECT'
      THEN CASE
        WHEN name = 'recipient' OR (
          name = 'step' AND recipients IS NULL
        )
        THEN 6
      END
      WHEN name = 'rule'
      THEN CASE
        WHEN rule_word IN ('DROP', 'DELETE')
        THEN 5
        WHEN rule_word = 'BOUNCE'
        THEN 7
        WHEN rule_word IN ('JUNK', 'MOVE_TO_JUNK', 'DELIVER_TO_JUNK')
        THEN 3
        WHEN kind_of_rule = 'MAILBOX_RULE' AND rule_word = 'REDIRECT'
        THEN 4
        WHEN kind_of_rule = 'MAILBOX_RULE' AND rule_word = 'MOVE'
        THEN CASE WHEN is_junk THEN 3 ELSE 2 END
      END
      WHEN name <> 'recipient'
      THEN NULL
      WHEN step = 'MAILBOX_EMAIL_DELIVERED'
      THEN CASE WHEN is_junk THEN 3 ELSE 2 END
      WHEN step = 'OUTGOING_EMAIL_SENT'
      THEN 1
      WHEN step IN ('INCOMING_EMAIL_BOUNCED', 'OUTGOING_EMAIL_BOUNCED')
      THEN 7
    END AS weight
  FROM bare
), outcomes AS (
  SELECT
    *,
    time_ms * 10 + weight AS ordinal,
    CASE
      WHEN weight IS NULL
      THEN NULL
      WHEN step = 'DMARC_POLICY_APPLIED'
      THEN 'dmarc'
      WHEN kind_of_rule = 'MAILBOX_RULE'
      THEN 'mailbox rule'
      WHEN name = 'rule' AND weight = 3
      THEN 'junk'
      WHEN is_outgoing OR kind_of_rule = 'OUTBOUND_RULE'
      THEN 'out'
      ELSE 'in'
    END AS side
  FROM weighed
), ends AS (
  SELECT
    accountid,
    log_group,
    trace_id,
    leg,
    address,
    MIN(time_ms) AS first_ms,
    MAX(time_ms) AS last_ms,
    MIN(joining_id) AS message_id,
    MIN(subject) AS subject,
    BOOL_OR(CAST(name = 'from' AS BOOLEAN)) AS is_from,
    BOOL_OR(CAST(name = 'target' AS BOOLEAN)) AS is_target,
    BOOL_OR(CAST(name = 'recipient' AND is_incoming AS BOOLEAN)) AS is_received_for,
    BOOL_OR(CAST(name = 'recipient' AND is_outgoing AS BOOLEAN)) AS is_sent_to,
    BOOL_OR(CAST(name = 'recipient' AND step = 'ORGANIZATION_EMAIL_RECEIVED' AS BOOLEAN)) AS is_named_in,
    BOOL_OR(CAST(name = 'recipient' AND step = 'OUTGOING_EMAIL_SUBMITTED' AS BOOLEAN)) AS is_named_out,
    BOOL_OR(CAST(name = 'recipient' AND step <> 'JOURNALING_INITIATED' AS BOOLEAN)) AS is_named,
    BOOL_OR(CAST(name = 'rule' AS BOOLEAN)) AS is_in_rule,
    MAX(CASE WHEN name = 'recipient' AND step = 'JOURNALING_INITIATED' THEN time_ms END) AS journaled_ms,
    REGEXP_MATCHES(address, '^[*][*]+(@.*)?$') AS is_masked,
    COALESCE(
      REGEXP_MATCHES(address, '^(<>|[^@]+@[^@]+)$')
      AND NOT REGEXP_MATCHES(address, '^[*][*]+(@.*)?$'),
      FALSE
    ) AS can_join,
    COUNT(CASE WHEN name = 'recipient' THEN ordinal END) AS outcomes,
    COUNT(CASE WHEN name = 'recipient' AND step = 'ORGANIZATION_EMAIL_RECEIVED' THEN 1 END) AS times_named,
    COALESCE(MAX(CASE WHEN side = 'in' THEN ordinal END), 0) AS incoming,
    COALESCE(MAX(CASE WHEN side = 'in' AND weight IN (2, 3) THEN ordinal END), 0) AS delivered,
    COALESCE(
      MAX(
        CASE
          WHEN side = 'in' AND weight = 2 AND UPPER(TRIM(folder)) <> 'INBOX'
          THEN ordinal
        END
      ),
      0
    ) AS elsewhere,
    COALESCE(MAX(CASE WHEN side = 'in' AND weight IN (5, 7) THEN ordinal END), 0) AS returned,
    COALESCE(MAX(CASE WHEN side = 'out' AND weight > 1 THEN ordinal END), 0) AS outgoing,
    COALESCE(MAX(CASE WHEN side = 'out' AND weight = 1 THEN ordinal END), 0) AS sent,
    COALESCE(MAX(CASE WHEN side = 'junk' THEN ordinal END), 0) AS announced,
    COALESCE(MAX(CASE WHEN side = 'dmarc' THEN ordinal END), 0) AS rejected,
    COALESCE(MAX(CASE WHEN side = 'mailbox rule' THEN ordinal END), 0) AS by_mailbox_rule,
    MAX(
      CASE
        WHEN weight = 7
        THEN CASE WHEN name = 'rule' THEN 'rule ' || rule_name ELSE detail END
      END
    ) AS reason
  FROM outcomes
  GROUP BY
    accountid,
    log_group,
    trace_id,
    leg,
    address
), legs AS (
  SELECT
    *,
    MIN(first_ms) OVER (PARTITION BY leg) AS leg_first_ms,
    MAX(last_ms) OVER (PARTITION BY accountid, log_group) AS as_of_ms,
    MIN(message_id) OVER (PARTITION BY leg) AS leg_message_id,
    MIN(subject) OVER (PARTITION BY leg) AS leg_subject,
    MIN(CASE WHEN is_from THEN address END) OVER (PARTITION BY leg) AS from_address,
    MAX(CASE WHEN address IS NULL THEN incoming END) OVER (PARTITION BY leg) AS incoming_of_all,
    MAX(CASE WHEN address IS NULL THEN returned END) OVER (PARTITION BY leg) AS returned_of_all,
    MAX(CASE WHEN address IS NULL THEN outgoing END) OVER (PARTITION BY leg) AS outgoing_of_all,
    MAX(CASE WHEN address IS NULL THEN announced END) OVER (PARTITION BY leg) AS announced_of_all,
    MAX(CASE WHEN address IS NULL THEN rejected END) OVER (PARTITION BY leg) AS rejected_of_all,
    MAX(CASE WHEN address IS NULL THEN by_mailbox_rule END) OVER (PARTITION BY leg) AS by_rule_of_unknown
  FROM ends
), said AS (
  SELECT
    accountid,
    log_group,
    trace_id,
    leg,
    address,
    leg_first_ms,
    as_of_ms,
    leg_message_id,
    leg_subject,
    from_address,
    is_target,
    is_received_for,
    is_sent_to,
    is_named_in,
    is_named_out,
    is_named,
    is_in_rule,
    journaled_ms,
    is_masked,
    can_join,
    outcomes,
    times_named,
    elsewhere,
    delivered,
    sent,
    by_mailbox_rule,
    by_rule_of_unknown,
    reason,
    CASE
      WHEN incoming IS NULL OR CASE WHEN is_named_in THEN incoming_of_all ELSE 0 END IS NULL
      THEN NULL
      ELSE GREATEST(incoming, CASE WHEN is_named_in THEN incoming_of_all ELSE 0 END)
    END AS incoming,
    CASE
      WHEN returned IS NULL OR CASE WHEN is_named_in THEN returned_of_all ELSE 0 END IS NULL
      THEN NULL
      ELSE GREATEST(returned, CASE WHEN is_named_in THEN returned_of_all ELSE 0 END)
    END AS returned,
    CASE
      WHEN outgoing IS NULL
      OR CASE WHEN is_named_out THEN outgoing_of_all ELSE 0 END IS NULL
      THEN NULL
      ELSE GREATEST(outgoing, CASE WHEN is_named_out THEN outgoing_of_all ELSE 0 END)
    END AS outgoing,
    CASE
      WHEN announced IS NULL
      OR CASE WHEN is_named_in THEN announced_of_all ELSE 0 END IS NULL
      THEN NULL
      ELSE GREATEST(announced, CASE WHEN is_named_in THEN announced_of_all ELSE 0 END)
    END AS announced,
    CASE
      WHEN rejected IS NULL OR CASE WHEN is_named_in THEN rejected_of_all ELSE 0 END IS NULL
      THEN NULL
      ELSE GREATEST(rejected, CASE WHEN is_named_in THEN rejected_of_all ELSE 0 END)
    END AS rejected,
    MAX(journaled_ms) OVER (
      PARTITION BY accountid, log_group, address
      ORDER BY COALESCE(journaled_ms, leg_first_ms)
      RANGE BETWEEN 3600000 PRECEDING AND CURRENT ROW
    ) AS copied_ms
  FROM legs
), counted AS (
  SELECT
    *,
    is_received_for AND NOT is_named_in AND NOT is_target AND incoming > 0 AS is_unnamed_in,
    is_sent_to
    AND NOT is_named_out
    AND NOT is_target
    AND CASE
      WHEN outgoing IS NULL OR sent IS NULL
      THEN NULL
      ELSE GREATEST(outgoing, sent)
    END > 0 AS is_unnamed_out,
    SUM(CASE WHEN is_named_in AND incoming = 0 THEN 1 ELSE 0 END) OVER (PARTITION BY leg) AS open_in,
    SUM(
      CASE
        WHEN is_named_out
        AND CASE
          WHEN outgoing IS NULL OR sent IS NULL
          THEN NULL
          ELSE GREATEST(outgoing, sent)
        END = 0
        THEN 1
        ELSE 0
      END
    ) OVER (PARTITION BY leg) AS open_out,
    SUM(CASE WHEN is_named_in AND returned = 0 THEN 1 ELSE 0 END) OVER (PARTITION BY leg) AS reachable,
    SUM(CASE WHEN is_masked THEN 1 ELSE 0 END) OVER (PARTITION BY leg) AS masked,
    SUM(CASE WHEN is_sent_to OR is_received_for THEN 1 ELSE 0 END) OVER (PARTITION BY leg) AS leg_ends,
    SUM(
      CASE
        WHEN (
          is_sent_to OR is_received_for
        ) AND copied_ms <= leg_first_ms
        THEN 1
        ELSE 0
      END
    ) OVER (PARTITION BY leg) AS copied_ends,
    SUM(CASE WHEN NOT journaled_ms IS NULL THEN 1 ELSE 0 END) OVER (PARTITION BY leg) AS journals
  FROM said
), expanding AS (
  SELECT
    *,
    masked = 0
    AND open_in > 0
    AND SUM(CASE WHEN is_unnamed_in THEN 1 ELSE 0 END) OVER (PARTITION BY leg) > 0 AS expands_in,
    masked = 0
    AND open_out > 0
    AND SUM(CASE WHEN is_unnamed_out THEN 1 ELSE 0 END) OVER (PARTITION BY leg) > 0 AS expands_out
  FROM counted
  WHERE
    leg_ends = 0 OR journals > 0 OR copied_ends < leg_ends
), tied AS (
  SELECT
    *,
    (
      is_named_in AND incoming = 0 AND expands_in AND open_in = 1
    )
    OR (
      is_named_out
      AND CASE
        WHEN outgoing IS NULL OR sent IS NULL
        THEN NULL
        ELSE GREATEST(outgoing, sent)
      END = 0
      AND expands_out
      AND open_out = 1
    ) AS is_expanded,
    (
      is_named_in AND incoming = 0 AND expands_in AND open_in > 1
    )
    OR (
      is_named_out
      AND CASE
        WHEN outgoing IS NULL OR sent IS NULL
        THEN NULL
        ELSE GREATEST(outgoing, sent)
      END = 0
      AND expands_out
      AND open_out > 1
    ) AS is_perhaps_group,
    reachable = 1 AND NOT expands_in AND NOT expands_out AS is_rule_tied
  FROM expanding
), judged AS (
  SELECT
    *,
    CASE
      WHEN by_mailbox_rule IS NULL
      OR CASE
        WHEN is_rule_tied AND is_named_in AND returned = 0
        THEN by_rule_of_unknown
        ELSE 0
      END IS NULL
      THEN NULL
      ELSE GREATEST(
        by_mailbox_rule,
        CASE
          WHEN is_rule_tied AND is_named_in AND returned = 0
          THEN by_rule_of_unknown
          ELSE 0
        END
      )
    END AS own_rule,
    by_rule_of_unknown > 0
    AND NOT is_rule_tied
    AND is_named_in
    AND incoming = 0
    AND NOT is_expanded AS is_rule_not_tied
  FROM tied
), labelled AS (
  SELECT
    *,
    CASE
      WHEN can_join AND NOT leg_message_id IS NULL AND NOT from_address IS NULL
      THEN leg_message_id || ' ' || from_address || ' ' || address
      ELSE leg
    END AS meeting,
    LPAD(CAST(leg_first_ms AS TEXT), 15, '0') || ' ' || leg AS label_0
  FROM judged
), met_1 AS (
  SELECT
    *,
    MIN(CASE WHEN is_sent_to THEN label_0 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS sent_label_1,
    MIN(CASE WHEN is_received_for THEN label_0 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS received_label_1,
    MIN(CASE WHEN is_target THEN label_0 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS target_label_1
  FROM labelled
), joined_1 AS (
  SELECT
    *,
    MIN(
      CASE
        WHEN label_0 IS NULL
        OR CASE
          WHEN is_received_for OR is_target
          THEN COALESCE(sent_label_1, label_0)
          ELSE label_0
        END IS NULL
        OR CASE
          WHEN is_sent_to OR is_target
          THEN COALESCE(received_label_1, label_0)
          ELSE label_0
        END IS NULL
        OR CASE
          WHEN is_sent_to OR is_received_for
          THEN COALESCE(target_label_1, label_0)
          ELSE label_0
        END IS NULL
        THEN NULL
        ELSE LEAST(
          label_0,
          CASE
            WHEN is_received_for OR is_target
            THEN COALESCE(sent_label_1, label_0)
            ELSE label_0
          END,
          CASE
            WHEN is_sent_to OR is_target
            THEN COALESCE(received_label_1, label_0)
            ELSE label_0
          END,
          CASE
            WHEN is_sent_to OR is_received_for
            THEN COALESCE(target_label_1, label_0)
            ELSE label_0
          END
        )
      END
    ) OVER (PARTITION BY leg) AS label_1
  FROM met_1
), met_2 AS (
  SELECT
    *,
    MIN(CASE WHEN is_sent_to THEN label_1 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS sent_label_2,
    MIN(CASE WHEN is_received_for THEN label_1 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS received_label_2,
    MIN(CASE WHEN is_target THEN label_1 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS target_label_2
  FROM joined_1
), joined_2 AS (
  SELECT
    *,
    MIN(
      CASE
        WHEN label_1 IS NULL
        OR CASE
          WHEN is_received_for OR is_target
          THEN COALESCE(sent_label_2, label_1)
          ELSE label_1
        END IS NULL
        OR CASE
          WHEN is_sent_to OR is_target
          THEN COALESCE(received_label_2, label_1)
          ELSE label_1
        END IS NULL
        OR CASE
          WHEN is_sent_to OR is_received_for
          THEN COALESCE(target_label_2, label_1)
          ELSE label_1
        END IS NULL
        THEN NULL
        ELSE LEAST(
          label_1,
          CASE
            WHEN is_received_for OR is_target
            THEN COALESCE(sent_label_2, label_1)
            ELSE label_1
          END,
          CASE
            WHEN is_sent_to OR is_target
            THEN COALESCE(received_label_2, label_1)
            ELSE label_1
          END,
          CASE
            WHEN is_sent_to OR is_received_for
            THEN COALESCE(target_label_2, label_1)
            ELSE label_1
          END
        )
      END
    ) OVER (PARTITION BY leg) AS label_2
  FROM met_2
), met_3 AS (
  SELECT
    *,
    MIN(CASE WHEN is_sent_to THEN label_2 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS sent_label_3,
    MIN(CASE WHEN is_received_for THEN label_2 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS received_label_3,
    MIN(CASE WHEN is_target THEN label_2 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS target_label_3
  FROM joined_2
), joined_3 AS (
  SELECT
    *,
    MIN(
      CASE
        WHEN label_2 IS NULL
        OR CASE
          WHEN is_received_for OR is_target
          THEN COALESCE(sent_label_3, label_2)
          ELSE label_2
        END IS NULL
        OR CASE
          WHEN is_sent_to OR is_target
          THEN COALESCE(received_label_3, label_2)
          ELSE label_2
        END IS NULL
        OR CASE
          WHEN is_sent_to OR is_received_for
          THEN COALESCE(target_label_3, label_2)
          ELSE label_2
        END IS NULL
        THEN NULL
        ELSE LEAST(
          label_2,
          CASE
            WHEN is_received_for OR is_target
            THEN COALESCE(sent_label_3, label_2)
            ELSE label_2
          END,
          CASE
            WHEN is_sent_to OR is_target
            THEN COALESCE(received_label_3, label_2)
            ELSE label_2
          END,
          CASE
            WHEN is_sent_to OR is_received_for
            THEN COALESCE(target_label_3, label_2)
            ELSE label_2
          END
        )
      END
    ) OVER (PARTITION BY leg) AS label_3
  FROM met_3
), recipients AS (
  SELECT
    label_3 AS message,
    address,
    MIN(leg_first_ms) AS first_ms,
    MIN(leg_message_id) AS message_id,
    MIN(from_address) AS from_address,
    MIN(leg_subject) AS subject,
    ARRAY_AGG(trace_id) AS trace_ids,
    COALESCE(BOOL_OR(CAST(is_masked AS BOOLEAN)), FALSE)
    AND (
      SUM(outcomes) > 1 OR MAX(times_named) > 1
    ) AS is_ambiguous,
    BOOL_OR(CAST(is_expanded AS BOOLEAN)) AS is_expanded,
    BOOL_OR(CAST(is_perhaps_group AS BOOLEAN)) AS is_perhaps_group,
    BOOL_OR(CAST(is_rule_not_tied AS BOOLEAN)) AS is_rule_not_tied,
    BOOL_OR(CAST(is_named AND as_of_ms - leg_first_ms <= 432000000 AS BOOLEAN)) AS is_recent,
    BOOL_OR(
      CAST(is_named_in OR (
        is_unnamed_in AND expands_in AND open_in = 1
      ) AS BOOLEAN)
    ) AS is_received,
    MAX(sent) AS sent,
    MAX(announced) AS announced,
    MAX(
      CASE
        WHEN incoming IS NULL
        OR CASE WHEN announced > 0 AND elsewhere > 0 THEN elsewhere + 1 ELSE 0 END IS NULL
        OR outgoing IS NULL
        OR own_rule IS NULL
        OR CASE
          WHEN delivered = 0 AND NOT own_rule % 10 IN (2, 3) AND NOT is_expanded
          THEN rejected
          ELSE 0
        END IS NULL
        THEN NULL
        ELSE GREATEST(
          incoming,
          CASE WHEN announced > 0 AND elsewhere > 0 THEN elsewhere + 1 ELSE 0 END,
          outgoing,
          own_rule,
          CASE
            WHEN delivered = 0 AND NOT own_rule % 10 IN (2, 3) AND NOT is_expanded
            THEN rejected
            ELSE 0
          END
        )
      END
    ) AS outcome,
    MAX(reason) AS reason
  FROM joined_3
  WHERE
    NOT address IS NULL AND (
      is_named OR is_in_rule
    )
  GROUP BY
    label_3,
    address
), decided AS (
  SELECT
    *,
    CASE
      WHEN is_ambiguous
      THEN 0
      ELSE CASE
        WHEN outcome IS NULL
        OR CASE WHEN is_received THEN 0 ELSE sent END IS NULL
        OR CASE WHEN is_expanded THEN 0 ELSE announced END IS NULL
        THEN NULL
        ELSE GREATEST(
          outcome,
          CASE WHEN is_received THEN 0 ELSE sent END,
          CASE WHEN is_expanded THEN 0 ELSE announced END
        )
      END
    END AS deciding
  FROM recipients
), told AS (
  SELECT
    CAST(TO_TIMESTAMP(MIN(first_ms) OVER (PARTITION BY message) / 1e3) AS TIMESTAMP) AS first_time,
    MIN(message_id) OVER (PARTITION BY message) AS message_id,
    MIN(from_address) OVER (PARTITION BY message) AS from_address,
    MIN(subject) OVER (PARTITION BY message) AS subject,
    address AS recipient,
    CASE
      WHEN deciding > 0
      THEN ['sent', 'delivered', 'junk', 'redirected', 'dropped', 'rejected', 'bounced'][CAST(deciding % 10 AS INT)]
      WHEN is_ambiguous
      THEN 'unknown'
      WHEN is_expanded
      THEN 'expanded'
      WHEN is_perhaps_group OR is_rule_not_tied OR NOT is_recent
      THEN 'unknown'
      ELSE 'pending'
    END AS status,
    CASE
      WHEN deciding > 0
      THEN CASE WHEN deciding % 10 = 7 THEN reason END
      WHEN is_ambiguous
      THEN 'masked'
      WHEN is_expanded
      THEN NULL
      WHEN is_perhaps_group
      THEN 'group_or_alias'
      WHEN is_rule_not_tied
      THEN 'rule_not_tied'
      WHEN NOT is_recent
      THEN 'no_outcome'
    END AS detail,
    CASE
      WHEN deciding > 0
      THEN CAST(TO_TIMESTAMP((
        deciding - deciding % 10
      ) / 1e4) AS TIMESTAMP)
    END AS status_time,
    ARRAY_TO_STRING(
      LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(trace_ids) OVER (PARTITION BY message)))),
      ' '
    ) AS trace_ids
  FROM decided
)
SELECT
  first_time,
  message_id,
  from_address,
  subject,
  recipient,
  status,
  detail,
  status_time,
  trace_ids
FROM told
WHERE
  STRPOS(
    LOWER(CONCAT_WS(' ', from_address, recipient, subject, message_id, trace_ids)),
    LOWER(part)
  ) > 0
ORDER BY
  first_time,
  trace_ids,
  recipient;

CREATE OR REPLACE TEMP MACRO email_journey(first_day, last_day, message) AS TABLE
WITH steps AS (
  SELECT
    *
  FROM email_steps
  WHERE
    eventday BETWEEN first_day AND last_day
), asked AS (
  SELECT DISTINCT
    leg
  FROM steps
  CROSS JOIN (
    SELECT
      message AS text
  ) AS question
  WHERE
    trace_id = text OR STRPOS(message_id, text) > 0
), ids AS (
  SELECT DISTINCT
    joining_id
  FROM steps
  WHERE
    NOT joining_id IS NULL AND leg IN (
      SELECT
        leg
      FROM asked
    )
)
SELECT
  event_time,
  step,
  from_address,
  sent_by,
  ARRAY_TO_STRING(recipients, ', ') AS recipients,
  subject,
  status,
  detail,
  rule_name,
  rule_action,
  folder,
  message_id,
  trace_id
FROM steps
WHERE
  leg IN (
    SELECT
      leg
    FROM asked
  )
  OR leg IN (
    SELECT
      leg
    FROM steps
    WHERE
      joining_id IN (
        SELECT
          joining_id
        FROM ids
      )
  )
ORDER BY
  event_time;
