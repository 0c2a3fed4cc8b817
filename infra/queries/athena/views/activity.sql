-- Who did what, each call once: what most queries about identities read. Create activity_records first.
-- A call that CloudTrail delivers to several accounts is the row of the caller's account, or of the account that was
-- delivered to if the archive has no other; also_in has the other accounts. To read the folders of one account alone,
-- or the copies that another account got, ask activity_records.
CREATE OR REPLACE VIEW activity AS
SELECT *
FROM (
  SELECT
    *,
    array_sort(
      array_distinct(
        filter(array_agg(event_account) OVER (PARTITION BY eventday, call_uid), account -> account <> event_account)
      )
    ) AS also_in,
    row_number() OVER (PARTITION BY eventday, call_uid ORDER BY is_copy, uid) AS copy_number
  FROM activity_records
)
WHERE copy_number = 1
