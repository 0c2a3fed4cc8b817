-- What became of mail: one row for each recipient of each message, with one status.
-- The rules are those of shared/query/trace, as far as SQL goes; the page beside the queries says where it ends.
-- Start five days early and end five days late: so long may legs of one message lie apart, and an outcome take.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. part of the sender, the recipient, the subject, the Message-ID or a trace id ('' finds all)
WITH steps AS (
  SELECT
    *,
    step IN ('ORGANIZATION_EMAIL_RECEIVED', 'MAILBOX_EMAIL_DELIVERED', 'INCOMING_EMAIL_BOUNCED') AS is_incoming,
    step IN ('OUTGOING_EMAIL_SUBMITTED', 'OUTGOING_EMAIL_SENT', 'OUTGOING_EMAIL_BOUNCED') AS is_outgoing,
    upper(coalesce(rule_type, '')) AS kind_of_rule,
    TRY(CAST(json_parse(rule_actions) AS array(json))) AS actions,
    -- The names that clients give the junk folder, in lower case.
    contains(
      ARRAY[
        'junk', 'junk e-mail', 'junk email', 'junk mail', 'spam', 'bulk mail', '垃圾邮件', '垃圾電郵', '垃圾郵件',
        'nevyžádaná pošta', 'uønsket e-mail', 'uønsket mail', 'uønsket post', 'ongewenste e-mail', 'ongewenste mail',
        'ongewenste reclame', 'roskaposti', 'courrier indésirable', 'pourriel', 'indésirables', 'junk-e-mail',
        'junk-mail', 'werbung', 'unerwünscht', 'ανεπιθύμητη αλληλογραφία', 'levélszemét', 'posta indesiderata',
        '迷惑メール', '정크 메일', '정크 이메일', '스팸 메일', 'søppelpost', 'uønsket e-post', 'wiadomości-śmieci',
        'wiadomości śmieci', 'lixo eletrônico', 'lixo eletrónico', 'lixo electrónico', 'e-mail de lixo',
        'correio de lixo', 'нежелательная почта', 'спам', 'correo no deseado', 'correo basura', 'skräppost',
        'gereksiz e-posta', 'önemsiz e-posta', 'istenmeyen e-posta', 'небажана пошта'
      ],
      lower(trim(regexp_extract(trim(folder), '([^/\\]*)/*$', 1)))
    ) AS is_junk
  FROM email_steps
  WHERE eventday BETWEEN ? AND ?
    -- AND accountid = '111122223333'
),
-- What each step names: its recipients, the sender, and of a rule whom an action is for (an action for all has no
-- address) and whom it sends the message on to. One entry more for the step itself.
named AS (
  SELECT
    steps.*,
    element_at(entry, 1) AS name,
    element_at(entry, 2) AS text,
    upper(element_at(entry, 3)) AS rule_word
  FROM steps
  CROSS JOIN UNNEST(
    ARRAY[
      ARRAY['step', NULL, NULL],
      ARRAY['from', from_address, NULL],
      ARRAY['target', target_recipient, NULL]
    ]
    || transform(
      coalesce(CASE WHEN step <> 'RULE_APPLIED' THEN recipients END, CAST(ARRAY[] AS array(varchar))),
      address -> ARRAY['recipient', address, NULL]
    )
    || coalesce(
      flatten(transform(
        actions,
        act -> transform(
          coalesce(
            nullif(
              TRY(CAST(json_extract(act, '$.recipients') AS array(varchar))),
              CAST(ARRAY[] AS array(varchar))
            ),
            ARRAY[CAST(NULL AS varchar)]
          ),
          address -> ARRAY['rule', address, json_extract_scalar(act, '$.action')]
        )
      )),
      CAST(ARRAY[] AS array(array(varchar)))
    )
  ) AS entries (entry)
),
bare AS (
  SELECT
    *,
    regexp_replace(
      regexp_replace(
        trim(regexp_replace(coalesce(nullif(regexp_extract(text, '.*<([^<>]*)>', 1), ''), text), '\([^()]*\)', '')),
        '^@[^:]*:',
        ''
      ),
      '\.$',
      ''
    ) AS bare_text
  FROM named
),
-- Each outcome has a weight, by which one counts of several at one time: 1 sent, 2 delivered, 3 junk, 4 redirected,
-- 5 dropped, 6 rejected, 7 bounced.
weighed AS (
  SELECT
    *,
    lower(CASE WHEN regexp_like(bare_text, '^"[^"\\\s()<>\[\]:;@,]+"@') THEN replace(bare_text, '"', '') ELSE bare_text END)
      AS address,
    CASE
      WHEN step = 'DMARC_POLICY_APPLIED' AND upper(dmarc_policy) = 'REJECT' THEN
        CASE WHEN name = 'recipient' OR (name = 'step' AND recipients IS NULL) THEN 6 END
      WHEN name = 'rule' THEN
        CASE
          WHEN rule_word IN ('DROP', 'DELETE') THEN 5
          WHEN rule_word = 'BOUNCE' THEN 7
          WHEN rule_word IN ('JUNK', 'MOVE_TO_JUNK', 'DELIVER_TO_JUNK') THEN 3
          WHEN kind_of_rule = 'MAILBOX_RULE' AND rule_word = 'REDIRECT' THEN 4
          WHEN kind_of_rule = 'MAILBOX_RULE' AND rule_word = 'MOVE' THEN CASE WHEN is_junk THEN 3 ELSE 2 END
        END
      WHEN name <> 'recipient' THEN NULL
      WHEN step = 'MAILBOX_EMAIL_DELIVERED' THEN CASE WHEN is_junk THEN 3 ELSE 2 END
      WHEN step = 'OUTGOING_EMAIL_SENT' THEN 1
      WHEN step IN ('INCOMING_EMAIL_BOUNCED', 'OUTGOING_EMAIL_BOUNCED') THEN 7
    END AS weight
  FROM bare
),
-- The later outcome is the greater number.
outcomes AS (
  SELECT
    *,
    time_ms * 10 + weight AS ordinal,
    CASE
      WHEN weight IS NULL THEN NULL
      WHEN step = 'DMARC_POLICY_APPLIED' THEN 'dmarc'
      WHEN kind_of_rule = 'MAILBOX_RULE' THEN 'mailbox rule'
      WHEN name = 'rule' AND weight = 3 THEN 'junk'
      WHEN is_outgoing OR kind_of_rule = 'OUTBOUND_RULE' THEN 'out'
      ELSE 'in'
    END AS side
  FROM weighed
),
-- One row for each leg and address; one without an address has what concerns all recipients of the leg.
ends AS (
  SELECT
    accountid,
    log_group,
    trace_id,
    leg,
    address,
    min(time_ms) AS first_ms,
    max(time_ms) AS last_ms,
    min(joining_id) AS message_id,
    min(subject) AS subject,
    bool_or(name = 'from') AS is_from,
    bool_or(name = 'target') AS is_target,
    bool_or(name = 'recipient' AND is_incoming) AS is_received_for,
    bool_or(name = 'recipient' AND is_outgoing) AS is_sent_to,
    bool_or(name = 'recipient' AND step = 'ORGANIZATION_EMAIL_RECEIVED') AS is_named_in,
    bool_or(name = 'recipient' AND step = 'OUTGOING_EMAIL_SUBMITTED') AS is_named_out,
    bool_or(name = 'recipient' AND step <> 'JOURNALING_INITIATED') AS is_named,
    bool_or(name = 'rule') AS is_in_rule,
    max(CASE WHEN name = 'recipient' AND step = 'JOURNALING_INITIATED' THEN time_ms END) AS journaled_ms,
    regexp_like(address, '^[*][*]+(@.*)?$') AS is_masked,
    coalesce(regexp_like(address, '^(<>|[^@]+@[^@]+)$') AND NOT regexp_like(address, '^[*][*]+(@.*)?$'), false) AS can_join,
    count(CASE WHEN name = 'recipient' THEN ordinal END) AS outcomes,
    count(CASE WHEN name = 'recipient' AND step = 'ORGANIZATION_EMAIL_RECEIVED' THEN 1 END) AS times_named,
    coalesce(max(CASE WHEN side = 'in' THEN ordinal END), 0) AS incoming,
    coalesce(max(CASE WHEN side = 'in' AND weight IN (2, 3) THEN ordinal END), 0) AS delivered,
    coalesce(max(CASE WHEN side = 'in' AND weight = 2 AND upper(trim(folder)) <> 'INBOX' THEN ordinal END), 0) AS elsewhere,
    coalesce(max(CASE WHEN side = 'in' AND weight IN (5, 7) THEN ordinal END), 0) AS returned,
    coalesce(max(CASE WHEN side = 'out' AND weight > 1 THEN ordinal END), 0) AS outgoing,
    coalesce(max(CASE WHEN side = 'out' AND weight = 1 THEN ordinal END), 0) AS sent,
    coalesce(max(CASE WHEN side = 'junk' THEN ordinal END), 0) AS announced,
    coalesce(max(CASE WHEN side = 'dmarc' THEN ordinal END), 0) AS rejected,
    coalesce(max(CASE WHEN side = 'mailbox rule' THEN ordinal END), 0) AS by_mailbox_rule,
    max(CASE WHEN weight = 7 THEN CASE WHEN name = 'rule' THEN 'rule ' || rule_name ELSE detail END END) AS reason
  FROM outcomes
  GROUP BY accountid, log_group, trace_id, leg, address
),
-- What a leg says of all its recipients.
legs AS (
  SELECT
    *,
    min(first_ms) OVER (PARTITION BY leg) AS leg_first_ms,
    max(last_ms) OVER (PARTITION BY accountid, log_group) AS as_of_ms,
    min(message_id) OVER (PARTITION BY leg) AS leg_message_id,
    min(subject) OVER (PARTITION BY leg) AS leg_subject,
    min(CASE WHEN is_from THEN address END) OVER (PARTITION BY leg) AS from_address,
    max(CASE WHEN address IS NULL THEN incoming END) OVER (PARTITION BY leg) AS incoming_of_all,
    max(CASE WHEN address IS NULL THEN returned END) OVER (PARTITION BY leg) AS returned_of_all,
    max(CASE WHEN address IS NULL THEN outgoing END) OVER (PARTITION BY leg) AS outgoing_of_all,
    max(CASE WHEN address IS NULL THEN announced END) OVER (PARTITION BY leg) AS announced_of_all,
    max(CASE WHEN address IS NULL THEN rejected END) OVER (PARTITION BY leg) AS rejected_of_all,
    max(CASE WHEN address IS NULL THEN by_mailbox_rule END) OVER (PARTITION BY leg) AS by_rule_of_unknown
  FROM ends
),
said AS (
  SELECT
    accountid, log_group, trace_id, leg, address, leg_first_ms, as_of_ms, leg_message_id, leg_subject, from_address,
    is_target, is_received_for, is_sent_to, is_named_in, is_named_out, is_named, is_in_rule, journaled_ms, is_masked, can_join,
    outcomes, times_named, elsewhere, delivered, sent, by_mailbox_rule, by_rule_of_unknown, reason,
    greatest(incoming, CASE WHEN is_named_in THEN incoming_of_all ELSE 0 END) AS incoming,
    greatest(returned, CASE WHEN is_named_in THEN returned_of_all ELSE 0 END) AS returned,
    greatest(outgoing, CASE WHEN is_named_out THEN outgoing_of_all ELSE 0 END) AS outgoing,
    greatest(announced, CASE WHEN is_named_in THEN announced_of_all ELSE 0 END) AS announced,
    greatest(rejected, CASE WHEN is_named_in THEN rejected_of_all ELSE 0 END) AS rejected,
    -- When journaling last sent a copy to this address before the leg began, within an hour.
    max(journaled_ms) OVER (
      PARTITION BY accountid, log_group, address
      ORDER BY coalesce(journaled_ms, leg_first_ms)
      RANGE BETWEEN 3600000 PRECEDING AND CURRENT ROW
    ) AS copied_ms
  FROM legs
),
-- Recipients without an outcome, and mailboxes that got the message though no one named them.
counted AS (
  SELECT
    *,
    is_received_for AND NOT is_named_in AND NOT is_target AND incoming > 0 AS is_unnamed_in,
    is_sent_to AND NOT is_named_out AND NOT is_target AND greatest(outgoing, sent) > 0 AS is_unnamed_out,
    sum(CASE WHEN is_named_in AND incoming = 0 THEN 1 ELSE 0 END) OVER (PARTITION BY leg) AS open_in,
    sum(CASE WHEN is_named_out AND greatest(outgoing, sent) = 0 THEN 1 ELSE 0 END) OVER (PARTITION BY leg) AS open_out,
    sum(CASE WHEN is_named_in AND returned = 0 THEN 1 ELSE 0 END) OVER (PARTITION BY leg) AS reachable,
    sum(CASE WHEN is_masked THEN 1 ELSE 0 END) OVER (PARTITION BY leg) AS masked,
    sum(CASE WHEN is_sent_to OR is_received_for THEN 1 ELSE 0 END) OVER (PARTITION BY leg) AS leg_ends,
    sum(CASE WHEN (is_sent_to OR is_received_for) AND copied_ms <= leg_first_ms THEN 1 ELSE 0 END) OVER (PARTITION BY leg)
      AS copied_ends,
    sum(CASE WHEN journaled_ms IS NOT NULL THEN 1 ELSE 0 END) OVER (PARTITION BY leg) AS journals
  FROM said
),
expanding AS (
  SELECT
    *,
    masked = 0 AND open_in > 0
      AND sum(CASE WHEN is_unnamed_in THEN 1 ELSE 0 END) OVER (PARTITION BY leg) > 0 AS expands_in,
    masked = 0 AND open_out > 0
      AND sum(CASE WHEN is_unnamed_out THEN 1 ELSE 0 END) OVER (PARTITION BY leg) > 0 AS expands_out
  FROM counted
  -- Copies for the journal are no messages of their own.
  WHERE leg_ends = 0 OR journals > 0 OR copied_ends < leg_ends
),
tied AS (
  SELECT
    *,
    (is_named_in AND incoming = 0 AND expands_in AND open_in = 1)
      OR (is_named_out AND greatest(outgoing, sent) = 0 AND expands_out AND open_out = 1) AS is_expanded,
    (is_named_in AND incoming = 0 AND expands_in AND open_in > 1)
      OR (is_named_out AND greatest(outgoing, sent) = 0 AND expands_out AND open_out > 1) AS is_perhaps_group,
    -- A mailbox rule is that of the only mailbox that the message can have reached.
    reachable = 1 AND NOT expands_in AND NOT expands_out AS is_rule_tied
  FROM expanding
),
judged AS (
  SELECT
    *,
    greatest(
      by_mailbox_rule,
      CASE WHEN is_rule_tied AND is_named_in AND returned = 0 THEN by_rule_of_unknown ELSE 0 END
    ) AS own_rule,
    by_rule_of_unknown > 0 AND NOT is_rule_tied AND is_named_in AND incoming = 0 AND NOT is_expanded AS is_rule_not_tied
  FROM tied
),
-- Which legs are one message: of one Message-ID and sender, what one leg was sent to, or a rule sends on to, is what
-- the other was received for, within five days. Each round joins a leg with its neighbours; three are enough for a
-- message that was redirected three times in a row.
labelled AS (
  SELECT
    *,
    CASE
      WHEN can_join AND leg_message_id IS NOT NULL AND from_address IS NOT NULL
        THEN leg_message_id || ' ' || from_address || ' ' || address
      ELSE leg
    END AS meeting,
    lpad(CAST(leg_first_ms AS varchar), 15, '0') || ' ' || leg AS label_0
  FROM judged
),
met_1 AS (
  SELECT
    *,
    min(CASE WHEN is_sent_to THEN label_0 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS sent_label_1,
    min(CASE WHEN is_received_for THEN label_0 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS received_label_1,
    min(CASE WHEN is_target THEN label_0 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS target_label_1
  FROM labelled
),
joined_1 AS (
  SELECT
    *,
    min(least(
      label_0,
      CASE WHEN is_received_for OR is_target THEN coalesce(sent_label_1, label_0) ELSE label_0 END,
      CASE WHEN is_sent_to OR is_target THEN coalesce(received_label_1, label_0) ELSE label_0 END,
      CASE WHEN is_sent_to OR is_received_for THEN coalesce(target_label_1, label_0) ELSE label_0 END
    )) OVER (PARTITION BY leg) AS label_1
  FROM met_1
),
met_2 AS (
  SELECT
    *,
    min(CASE WHEN is_sent_to THEN label_1 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS sent_label_2,
    min(CASE WHEN is_received_for THEN label_1 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS received_label_2,
    min(CASE WHEN is_target THEN label_1 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS target_label_2
  FROM joined_1
),
joined_2 AS (
  SELECT
    *,
    min(least(
      label_1,
      CASE WHEN is_received_for OR is_target THEN coalesce(sent_label_2, label_1) ELSE label_1 END,
      CASE WHEN is_sent_to OR is_target THEN coalesce(received_label_2, label_1) ELSE label_1 END,
      CASE WHEN is_sent_to OR is_received_for THEN coalesce(target_label_2, label_1) ELSE label_1 END
    )) OVER (PARTITION BY leg) AS label_2
  FROM met_2
),
met_3 AS (
  SELECT
    *,
    min(CASE WHEN is_sent_to THEN label_2 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS sent_label_3,
    min(CASE WHEN is_received_for THEN label_2 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS received_label_3,
    min(CASE WHEN is_target THEN label_2 END) OVER (
      PARTITION BY meeting
      ORDER BY leg_first_ms
      RANGE BETWEEN 432000000 PRECEDING AND 432000000 FOLLOWING
    ) AS target_label_3
  FROM joined_2
),
joined_3 AS (
  SELECT
    *,
    min(least(
      label_2,
      CASE WHEN is_received_for OR is_target THEN coalesce(sent_label_3, label_2) ELSE label_2 END,
      CASE WHEN is_sent_to OR is_target THEN coalesce(received_label_3, label_2) ELSE label_2 END,
      CASE WHEN is_sent_to OR is_received_for THEN coalesce(target_label_3, label_2) ELSE label_2 END
    )) OVER (PARTITION BY leg) AS label_3
  FROM met_3
),
recipients AS (
  SELECT
    label_3 AS message,
    address,
    min(leg_first_ms) AS first_ms,
    min(leg_message_id) AS message_id,
    min(from_address) AS from_address,
    min(leg_subject) AS subject,
    array_agg(trace_id) AS trace_ids,
    coalesce(bool_or(is_masked), false) AND (sum(outcomes) > 1 OR max(times_named) > 1) AS is_ambiguous,
    bool_or(is_expanded) AS is_expanded,
    bool_or(is_perhaps_group) AS is_perhaps_group,
    bool_or(is_rule_not_tied) AS is_rule_not_tied,
    bool_or(is_named AND as_of_ms - leg_first_ms <= 432000000) AS is_recent,
    bool_or(is_named_in OR (is_unnamed_in AND expands_in AND open_in = 1)) AS is_received,
    max(sent) AS sent,
    max(announced) AS announced,
    max(greatest(
      incoming,
      CASE WHEN announced > 0 AND elsewhere > 0 THEN elsewhere + 1 ELSE 0 END,
      outgoing,
      own_rule,
      CASE WHEN delivered = 0 AND own_rule % 10 NOT IN (2, 3) AND NOT is_expanded THEN rejected ELSE 0 END
    )) AS outcome,
    max(reason) AS reason
  FROM joined_3
  WHERE address IS NOT NULL AND (is_named OR is_in_rule)
  GROUP BY label_3, address
),
decided AS (
  SELECT
    *,
    CASE
      WHEN is_ambiguous THEN 0
      ELSE greatest(
        outcome,
        CASE WHEN is_received THEN 0 ELSE sent END,
        CASE WHEN is_expanded THEN 0 ELSE announced END
      )
    END AS deciding
  FROM recipients
),
told AS (
  SELECT
    CAST(from_unixtime(min(first_ms) OVER (PARTITION BY message) / 1e3) AS timestamp) AS first_time,
    min(message_id) OVER (PARTITION BY message) AS message_id,
    min(from_address) OVER (PARTITION BY message) AS from_address,
    min(subject) OVER (PARTITION BY message) AS subject,
    address AS recipient,
    CASE
      WHEN deciding > 0 THEN element_at(
        ARRAY['sent', 'delivered', 'junk', 'redirected', 'dropped', 'rejected', 'bounced'],
        CAST(deciding % 10 AS integer)
      )
      WHEN is_ambiguous THEN 'unknown'
      WHEN is_expanded THEN 'expanded'
      WHEN is_perhaps_group OR is_rule_not_tied OR NOT is_recent THEN 'unknown'
      ELSE 'pending'
    END AS status,
    CASE
      WHEN deciding > 0 THEN CASE WHEN deciding % 10 = 7 THEN reason END
      WHEN is_ambiguous THEN 'masked'
      WHEN is_expanded THEN NULL
      WHEN is_perhaps_group THEN 'group_or_alias'
      WHEN is_rule_not_tied THEN 'rule_not_tied'
      WHEN NOT is_recent THEN 'no_outcome'
    END AS detail,
    CASE WHEN deciding > 0 THEN CAST(from_unixtime((deciding - deciding % 10) / 1e4) AS timestamp) END AS status_time,
    array_join(
      array_sort(array_distinct(flatten(array_agg(trace_ids) OVER (PARTITION BY message)))),
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
WHERE strpos(
  lower(concat_ws(' ', from_address, recipient, subject, message_id, trace_ids)),
  lower(?)
) > 0
ORDER BY first_time, trace_ids, recipient
