//! The longer texts of `mailtrail ingest --help`.

pub(crate) const ABOUT: &str = "\
Ingest payloads and files of log events into an archive, and into streams

A PATH is an event that invoked a function (from a subscription filter or Kinesis), a payload of CloudWatch Logs (gzip \
or decoded), a record of Lambda's on-failure destination, a quarantined .bin; a file of log events; a directory of these; or an object of \
a bucket, or a prefix with such objects. \
They are recognized by content. A file that holds neither is named on stderr, with what it is, and skipped, and so are links, \
pipes, devices and unreadable files in directories; --quarantine keeps such files in the archive instead. \
Hidden files, the archive that is written, and what an archive holds besides payloads are passed over.

Files of log events are: log files of CloudTrail; objects of export tasks; output of `aws logs filter-log-events`, `get-log-events`, \
`tail` and of Insights queries; WorkMail's audit logs as delivered to S3 or Firehose (JSON, plain text with a header, W3C); what \
Firehose makes of a subscription; and messages of SQS, SNS, EventBridge, Kinesis and Firehose that hold any of these. Their events become the \
payloads that a subscription would have sent. Account, Region, log group and log stream are what the file says, or else these \
options, or the path. An event that the archive has from elsewhere is left out, and counted (in_archive_before): it has the same message, \
account and log group, and beside it an eventID (CloudTrail), request_id or traceId (WorkMail) within a day of its time, or else the same \
log stream and time. Events of log files of CloudTrail and of delivered audit logs, which are of no log group, are left out as well where the \
archive has them of one, recognized. In doubt, both are kept. Which events are left out does not depend on --jobs. Where a file ends early, or has something of another kind in it, what can be read is taken in, and the \
file is named. An import says nothing of whether a day is complete.

The archive is written first: the exact bytes, and the OCSF records of them. Payloads that cannot be decoded go to \
quarantine. Ingesting the same payload again changes nothing in the archive; a stream may receive an event again, with the same \
metadata.uid. A Firehose stream receives events only while it has the tag LogDeliveryEnabled=true.";

pub(crate) const PATH: &str = "\
Files, directories, s3://bucket/key or prefix, or - for standard input [default: standard input, if it is a pipe]";

pub(crate) const SOURCE: &str = "\
The source of the events, where it should not be detected: workmail_email, workmail_audit, cloudtrail or other; or \
GROUP=SOURCE for the events of one log group; may be repeated";

pub(crate) const COLUMNS: &str = "\
The fields of plain-text lines in a log group, separated by the character that separates the values (a space is \\s, a \
tab \\t); may be repeated";

pub(crate) const FIELDS: &str = "\
The fields of WorkMail's audit logs as plain text without a header, in the order of the delivery and separated by the character that \
separates the values (a space is \\s, a tab \\t); text of no other known form is read as such a log. `aws logs describe-deliveries \
--query 'deliveries[].[id,fieldDelimiter,recordFields]'` shows them";

pub(crate) const STREAM: &str = "\
A stream: firehose:NAME or file:///….ndjson, optionally with ?classes=a,b and &packing=off; may be repeated";

pub(crate) const AFTER: &str = "\
Calls to AWS are made only for a PATH or an archive in S3, or a Firehose stream; the variables of the SDK (AWS_REGION, AWS_PROFILE, \
AWS_ENDPOINT_URL, …) apply. MAILTRAIL_STREAMS contains streams separated by spaces; the other lists are separated by \
commas.

Exit codes:
  0  done; a stream without the tag receives nothing, which is not a failure
  1  failed: the archive is incomplete, a PATH does not exist, or the run was stopped;
     run the same command again: nothing is stored twice
  2  wrong usage
  3  done, but something needs attention (skipped, incomplete, quarantined, undelivered)

Examples:
  mailtrail ingest --archive ./archive payload.gz
  mailtrail ingest --dry-run ./downloads
  mailtrail ingest --archive ./archive ./AWSLogs/111122223333/CloudTrail
  mailtrail ingest --archive ./archive s3://example-logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/11
  mailtrail ingest --archive ./archive --log-group /aws/workmail/emailevents/example events.json
  mailtrail ingest --archive s3://example-trail/mail --stream firehose:mail ./payloads
  mailtrail ingest --archive ./archive --stream 'firehose:mail?classes=email_activity' event.json
  mailtrail ingest --archive ./again ./archive/raw
  cat payload.gz | mailtrail ingest --archive ./archive --json | jq .archived";
