-- The names of users of WorkMail: one row for each day on which a log-in says whose id it is, with the number of such
-- log-ins. Most audit logs have the id alone. Create authentication_once first.
CREATE OR REPLACE VIEW user_names AS
SELECT
  accountid,
  eventday,
  metadata.tenant_uid AS organization,
  "user".name AS user_name,
  "user".uid AS user_id,
  count(*) AS log_ins
FROM authentication_once
WHERE metadata.event_code = 'AUTHENTICATION' AND "user".name IS NOT NULL AND "user".uid IS NOT NULL
GROUP BY accountid, eventday, metadata.tenant_uid, "user".name, "user".uid
