-- What was kept but fits no other class, by where it comes from.
-- Probes of `mailtrail doctor` are left out. They are told by log stream and message: who may write to a log group may
-- name its log streams.
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
  AND NOT coalesce(
    metadata.log_source LIKE 'mailtrail-probe/%'
      AND regexp_like(raw_data, '^\{"mailtrailProbe":"[0-9a-f]{16}","sent":"[-0-9:.TZ]{1,24}"\}$'),
    false
  )
GROUP BY 1, 2, 3
ORDER BY events DESC, log_group, product, event
