//! The longer texts of `mailtrail ingest --help`.

pub(crate) const ABOUT: &str = "\
Ingest payloads into an archive, and send them to streams

A PATH is any of: an event that invoked a function (subscription filter or Kinesis), a payload of CloudWatch \
Logs (gzip or decoded), a record of Lambda's on-failure destination, a quarantined .bin; or a folder of them. \
They are recognised by content. In folders, hidden files are skipped, and so is what an archive holds besides \
payloads: records, streams, descriptions.

The archive comes first: the exact bytes, and the OCSF records made of them. What cannot be read is kept in \
quarantine. The same payload again changes nothing in the archive; a stream may get an event again, and \
metadata.uid tells. A Firehose stream gets events only while it has the tag LogDeliveryEnabled=true.";

pub(crate) const SOURCE: &str = "\
What the events are, where their shape is not to decide: workmail_email, workmail_audit, cloudtrail or other; or \
GROUP=SOURCE for the events of that log group; may be repeated";

pub(crate) const COLUMNS: &str = "\
The fields of lines of text in a log group, with the delimiter of the lines between them (a space is \\s, a tab \\t); may be \
repeated";

pub(crate) const STREAM: &str = "\
A stream: firehose:NAME or file:///….ndjson, optionally with ?classes=a,b and &packing=off; may be repeated";

pub(crate) const AFTER: &str = "\
AWS is asked only where the archive is in S3 or a stream is one of Firehose; its own variables (AWS_REGION, \
AWS_PROFILE, AWS_ENDPOINT_URL, …) keep their meaning. MAILTRAIL_STREAMS holds several streams separated by \
spaces; the other lists are separated by commas.

Examples:
  mailtrail ingest --archive ./archive payload.gz
  mailtrail ingest --archive s3://example-trail/mail --stream firehose:mail ./payloads
  mailtrail ingest --archive ./archive --stream 'firehose:mail?classes=email_activity' event.json
  mailtrail ingest --archive ./again ./archive/raw
  cat payload.gz | mailtrail ingest --archive ./archive --json | jq .archived

Exit codes:
  0  done; that a stream without the tag got nothing is a decision, not a failure
  1  failed: not everything was archived, an input cannot be read, or the run was stopped;
     run the same command again: nothing is stored twice
  2  wrong usage
  3  done, but something needs a look (quarantined, undelivered)";
