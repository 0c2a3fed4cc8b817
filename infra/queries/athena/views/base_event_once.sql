-- What fits no other class: table base_event, each event once.
-- The same event may be stored twice. Account and day are among the keys so that partitions that a query does
-- not ask for are still left out; without ORDER BY nothing is sorted. The Region is not: an event that came in
-- a second time may lie under unknown, and one of the two is kept.
CREATE OR REPLACE VIEW base_event_once AS
SELECT *
FROM (
  SELECT
    *,
    CAST(from_unixtime("time" / 1e3) AS timestamp) AS event_time,
    row_number() OVER (
      PARTITION BY accountid, eventday, metadata.log_name, metadata.log_source, metadata.uid
    ) AS copy_number
  FROM base_event
)
WHERE copy_number = 1
