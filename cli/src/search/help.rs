//! The longer texts of `mailtrail search --help`.

pub(crate) const ABOUT: &str = "\
Find log events in an archive by a filter pattern of CloudWatch Logs

Reads the exact copies of what CloudWatch Logs sent (raw/ in the archive), and prints the log events that match \
as they are found: time, log stream and message, under the name of the log group. An event that was sent twice is \
printed once. Without --since and --until, the whole archive is searched. An event whose time cannot be read may \
be of any time, so it is always looked at, and shown as of 1970.

Nothing is written anywhere. A raw copy that cannot be read is named on stderr, and the search goes on.";

pub(crate) const AFTER: &str = "\
The pattern is what a subscription filter or the CloudWatch console takes: words that must all occur (ERROR denied), \
?a ?b for one of them, -a for none, \"a phrase\", %a regular expression%; { … } for messages that are JSON; \
[ … ] for fields between spaces. Put it into single quotes, so that the shell leaves it alone.

MAILTRAIL_ARCHIVE names the archive where --archive does not.

Examples:
  mailtrail search --filter-pattern BOUNCED
  mailtrail search --since 7d --filter-pattern '{ $.event.eventName = \"RULE_APPLIED\" }'
  mailtrail search --since 2026-11-20 --until 2026-11-21 --sort --json | jq .message
  mailtrail search --log-group /example/audit --filter-pattern '?failed ?denied'
  mailtrail search --archive s3://example-trail/mail --since 24h | less

Exit codes:
  0  done, whether anything is found or not
  1  failed: the archive cannot be listed or reached
  2  wrong usage; of a pattern that cannot be understood, the place is shown
  3  done, but something needs a look (objects that cannot be read; no archive, or one without raw copies)";
