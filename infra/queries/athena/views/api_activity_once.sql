-- Mailbox access, access control, availability, and calls of AWS APIs: table api_activity, each event once.
-- The same event may be stored twice. Records are copies where all that a mapping made of the message is equal: where it
-- came from, how it was mapped and who is watched (metadata, cloud, enrichments) is not compared. Two messages under one
-- id are two rows. Versions of a mapping make different records of one message: the rows of one version are kept, the one
-- with the most contents.
-- Account and day are among the keys so that partitions that a query does not ask for are still left out; without
-- ORDER BY nothing is sorted. The Region is not: an event that came in a second time may lie under unknown, and one of
-- the two is kept.
CREATE OR REPLACE VIEW api_activity_once AS
SELECT *
FROM (
  SELECT
    *,
    rank() OVER (
      PARTITION BY accountid, eventday, metadata.log_name, metadata.log_source, metadata.uid
      ORDER BY contents DESC, mapping DESC
    ) AS version_number
  FROM (
    SELECT
      *,
      count(*) OVER (
        PARTITION BY accountid, eventday, metadata.log_name, metadata.log_source, metadata.uid, mapping
      ) AS contents
    FROM (
      SELECT
        *,
        row_number() OVER (
          PARTITION BY accountid, eventday, metadata.log_name, metadata.log_source, metadata.uid, mapping, content
        ) AS copy_number
      FROM (
        SELECT
          *,
          CAST(from_unixtime("time" / 1e3) AS timestamp) AS event_time,
          element_at(metadata.transformation_info_list, 1).uid AS mapping,
          json_format(CAST(ROW(
            "action", action_id, activity_id, activity_name, actor, api, authorizations,
            category_name, category_uid, class_name, class_uid, disposition, disposition_id,
            dst_endpoint, http_request, observables, resources, severity, severity_id, src_endpoint,
            "status", status_code, status_detail, status_id, "time", time_dt, type_name, type_uid,
            unmapped
          ) AS JSON)) AS content
        FROM api_activity
      )
    )
    WHERE copy_number = 1
  )
)
WHERE version_number = 1
