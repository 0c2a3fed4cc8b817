-- What was kept but fits no other class, by where it comes from.
-- Among them are audit lines without the user, address or name that their class requires: look there too.
-- Parameters:
--   1. first day ('20261120')
--   2. last day ('20261120')
SELECT
  metadata.log_name AS log_group,
  coalesce(metadata.product.name, 'unknown') AS product,
  coalesce(metadata.event_code, activity_name) AS event,
  count(*) AS events,
  max(event_time) AS latest
FROM base_event_once
WHERE eventday BETWEEN ? AND ?
  -- AND accountid = '111122223333'
GROUP BY 1, 2, 3
ORDER BY events DESC, log_group, product, event
