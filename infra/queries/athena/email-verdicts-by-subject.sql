-- Why a message went to the junk folder: the verdicts of mail with a subject.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
--   3. part of the subject ('invoice')
SELECT
  event_time,
  from_address,
  array_join(recipients, ', ') AS recipients,
  subject,
  spam,
  spf,
  dkim,
  dmarc,
  dmarc_policy,
  trace_id
FROM email_steps
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
  AND step = 'ORGANIZATION_EMAIL_RECEIVED'
  AND strpos(lower(subject), lower(?)) > 0
ORDER BY event_time
