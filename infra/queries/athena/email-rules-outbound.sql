-- Outbound rules that were applied, and what they did.
-- rule_action is the first action; outcome is empty where recipients got different ones.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  event_time,
  rule_name,
  rule_action,
  outcome,
  array_join(recipients, ', ') AS recipients,
  trace_id
FROM email_steps
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND step = 'RULE_APPLIED'
  AND rule_type = 'OUTBOUND_RULE'
ORDER BY event_time
