//! The longer texts of `mailtrail redrive --help`.

pub(crate) const ABOUT: &str = "\
Do again what failed: streams, failed invocations, quarantine, raw copies

Each command can be stopped and run again at any time. What was done before is not done a second time, and is counted apart. \
What is named (a stream, a log group, a place in a bucket) and is not there is said, with what there is; so is each object whose \
name is not one that mailtrail gives.";

pub(crate) const AFTER: &str = "\
Exit codes:
  0  done
  1  failed, or stopped; run the same command again: it goes on where it was
  2  wrong usage
  3  done, but something needs attention (left, unreadable, quarantined, not there)

Examples:
  mailtrail redrive undelivered --archive s3://example-trail/mail
  mailtrail redrive failures s3://example-failures \\
    --archive s3://example-trail/mail
  mailtrail redrive quarantine --archive s3://example-trail/mail
  mailtrail redrive raw --archive s3://example-trail/mail \\
    --since 7d --stream firehose:mail
  mailtrail redrive raw --archive s3://example-trail/mail \\
    --to s3://example-trail-2/mail";

pub(super) const UNDELIVERED: &str = "\
Send to a stream what it did not take

What a stream did not take lies below undelivered/ of the archive. It is sent again, packed as the functions do. A Firehose \
stream receives events only while it has the tag LogDeliveryEnabled=true; without it, its events are gated and stay where they \
are. Once a stream fails, nothing more is sent to it in this run.

An archive is written once: what was sent stays there, and a receipt below redrive/ says that the stream confirmed it: a Firehose \
stream by its ARN, that of the caller's account and Region, a file by its path. What it did not confirm of an object is first kept \
in a new object below undelivered/. A receipt is compared with what it is of; one that contradicts it is named, and nothing is sent.

Before an object is sent, it is claimed below redrive/, for ten minutes; where that cannot be written, nothing is sent. So runs at \
the same time do not send the same object, unless one takes longer for it than that. What a run that died had in hand (--jobs) is \
left until its claims are over, or sent at once with --take-over; some of it may then be sent a second time, with the same \
metadata.uid. So it is with what a stream took in part, where the rest could not be written. --dry-run does not look at claims.";

pub(super) const STREAMS: &str = "\
A stream with its options, as for `ingest`: firehose:NAME or file:///….ndjson, optionally with ?classes=a,b and &packing=off; may \
be repeated; others are passed over [default: each one below undelivered/, as firehose:NAME]";

pub(super) const AFTER_UNDELIVERED: &str = "\
A stream that needs one event a record, such as one into Iceberg tables, must be given with its option. --rate counts events.

Needs s3:ListBucket, s3:GetObject and s3:PutObject (undelivered/, redrive/) on the archive, \
firehose:ListTagsForDeliveryStream and firehose:PutRecordBatch (see `mailtrail permissions redrive firehose`), and \
sts:GetCallerIdentity, which everyone has.

Exit codes:
  0  done; a stream without the tag receives nothing, which is not a failure
  1  failed, or stopped; run the same command again: it goes on where it was
  2  wrong usage
  3  done, but something needs attention (left, unreadable, or nothing is of a stream
     that was given, and there are others)

Examples:
  mailtrail redrive undelivered --archive s3://example-trail/mail --dry-run
  mailtrail redrive undelivered --archive s3://example-trail/mail --rate 1000
  mailtrail redrive undelivered --archive s3://example-trail/mail \\
    --stream 'firehose:mail?packing=off'
  mailtrail redrive undelivered --archive ./archive \\
    --stream file:///tmp/out.ndjson
  mailtrail redrive undelivered --archive ./archive --json | jq .left";

pub(super) const FAILURES: &str = "\
Archive the events of failed invocations

Lambda keeps the event of an invocation that failed in a bucket. Each is archived as the function would have done: payloads that \
cannot be decoded go to quarantine, and what the archive has already is not stored twice. No stream receives anything. The bucket \
stays as it is: delete the objects in it once nothing is left. --dry-run looks which objects the archive has, by their names.";

pub(super) const AFTER_FAILURES: &str = "\
Events are interpreted by the same variables as in the functions: MAILTRAIL_INTERNAL_DOMAINS, MAILTRAIL_ORGANIZATIONS, \
MAILTRAIL_SOURCES, MAILTRAIL_COLUMNS, MAILTRAIL_OWN_LOG_GROUPS.

Needs s3:ListBucket and s3:GetObject on the bucket, s3:GetObject and s3:PutObject on the archive (see `mailtrail permissions \
redrive s3`).

Exit codes:
  0  done
  1  failed, or stopped; run the same command again: nothing is stored twice
  2  wrong usage
  3  done, but something needs attention (unreadable, quarantined, or nothing is there
     and other things are beside it)

Examples:
  mailtrail redrive failures s3://example-failures \\
    --archive s3://example-trail/mail
  mailtrail redrive failures s3://example-failures/aws/lambda \\
    --archive s3://example-trail/mail --dry-run
  mailtrail redrive failures ./failures --archive ./archive --json | jq .done";

pub(super) const QUARANTINE: &str = "\
Archive what was quarantined and can be read now

A later version, or a larger --decoded-limit, may read a payload that was quarantined. What can be read is archived; the rest \
is named and stays as it is, and so do the objects below quarantine/, as an archive is written once. The Region of the function is \
not kept with a payload: where its events do not say theirs, give that of the function with --region. --dry-run looks which objects \
the archive has, by their names.";

pub(super) const AFTER_QUARANTINE: &str = "\
Events are interpreted by the same variables as in the functions: MAILTRAIL_INTERNAL_DOMAINS, MAILTRAIL_ORGANIZATIONS, \
MAILTRAIL_SOURCES, MAILTRAIL_COLUMNS, MAILTRAIL_OWN_LOG_GROUPS.

Needs s3:ListBucket, s3:GetObject and s3:PutObject on the archive.

Exit codes:
  0  done: nothing is left in quarantine that is not archived
  1  failed, or stopped; run the same command again: nothing is stored twice
  2  wrong usage
  3  done, but some payloads still cannot be read

Examples:
  mailtrail redrive quarantine --archive ./archive --dry-run
  mailtrail redrive quarantine --archive s3://example-trail/mail \\
    --decoded-limit 256MiB --region eu-west-1
  mailtrail redrive quarantine --archive ./archive --json | jq .objects_by_fate";

pub(super) const RAW: &str = "\
Send raw copies to a stream, or map them anew into another archive

With --stream, the records of the events that are asked for are made anew, by the mapping of this version, and sent. Receipts below \
redrive/ of the archive say what was sent, as for `mailtrail redrive undelivered --help`: a run that was stopped goes on, and the same \
command, run again, sends nothing twice. With other options, or by a later mapping, an event may be sent again. What the stream does not \
take of a raw copy is kept below undelivered/, for `mailtrail redrive undelivered`.

With --to, every raw copy with an event that is asked for is archived whole in the other archive, with records by the mapping of this \
version. The archive that is read stays as it is. --dry-run looks which objects the other archive has, by their names.";

pub(super) const STREAM: &str = "\
Send them to this stream: firehose:NAME or file:///….ndjson, optionally with ?classes=a,b and &packing=off";

pub(super) const TO: &str = "\
Map them anew into this archive, another one: a directory, file:///…, or s3://bucket/prefix";

pub(super) const AFTER_RAW: &str = "\
Events are interpreted by the same variables as in the functions: MAILTRAIL_INTERNAL_DOMAINS, MAILTRAIL_ORGANIZATIONS, \
MAILTRAIL_SOURCES, MAILTRAIL_COLUMNS, MAILTRAIL_OWN_LOG_GROUPS. --archive-owner and --archive-kms-key are of both archives.

Needs s3:ListBucket and s3:GetObject on the archive; for a stream, also s3:PutObject (undelivered/, redrive/), \
firehose:ListTagsForDeliveryStream, firehose:PutRecordBatch and sts:GetCallerIdentity; for another archive, s3:ListBucket, \
s3:GetObject and s3:PutObject on it.

Exit codes:
  0  done; a stream without the tag receives nothing, which is not a failure
  1  failed, or stopped; run the same command again: it goes on where it was
  2  wrong usage
  3  done, but something needs attention (left, unreadable, or nothing is of a log group
     that was given)

Examples:
  mailtrail redrive raw --archive ./archive --stream firehose:mail \\
    --since 2026-11-20 --until 2026-11-20
  mailtrail redrive raw --archive ./archive --rate 500 \\
    --stream 'firehose:mail?classes=email_activity'
  mailtrail redrive raw --archive ./archive --log-group audit \\
    --stream file:///tmp/audit.ndjson
  mailtrail redrive raw --archive s3://example-trail/mail \\
    --to ./archive-2 --dry-run";
