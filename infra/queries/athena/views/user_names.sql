-- The names of users: one row for each name and id that a sign-in shows to be the same user's, on each day, with the
-- number of such sign-ins. WorkMail logs the id alone in most audit events, and CloudTrail that of an IAM Identity
-- Center user. Create authentication_once first.
CREATE OR REPLACE VIEW user_names AS
SELECT
  accountid,
  eventday,
  organization,
  user_name,
  user_id,
  count(*) AS sign_ins
FROM (
  SELECT
    accountid,
    eventday,
    metadata.tenant_uid AS organization,
    "user".name AS user_name,
    CASE
      WHEN metadata.product.name = 'Amazon WorkMail' THEN "user".uid
      ELSE element_at(unmapped, 'userIdentity.onBehalfOf.userId')
    END AS user_id
  FROM authentication_once
  WHERE account_switch_type_id IS NULL
    -- The name of a sign-in that failed is whatever the client sent.
    AND coalesce(status_id, 0) <> 2
) AS sign_ins
WHERE user_name IS NOT NULL AND user_id IS NOT NULL
GROUP BY accountid, eventday, organization, user_name, user_id
