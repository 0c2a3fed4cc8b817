//! The longer texts of `mailtrail search --help`.

pub(crate) const ABOUT: &str = "\
Search an archive with a filter pattern of CloudWatch Logs

Reads the raw copies of what CloudWatch Logs sent (raw/ in the archive), and prints matching log events as they are \
found: time, log stream and message, under the name of the log group. An event that was sent twice is printed once. \
Without --since and --until, the whole archive is searched. An event without a valid time could be of any time: it is \
always searched, and shown as of 1970. Probes of the doctor are left out; stderr says how many.

Writes nothing. A raw copy that cannot be read is named on stderr, and the search continues.";

pub(crate) const AFTER: &str = "\
The pattern is the one of subscription filters and of the CloudWatch console: terms that must all occur (ERROR denied), \
?a ?b for one of them, -a to exclude, \"a phrase\", %a regular expression%; { … } for JSON messages; [ … ] for fields \
separated by spaces. Put it into single quotes, so that the shell does not change it.

MAILTRAIL_ARCHIVE sets the archive where --archive does not.

Exit codes:
  0  done, whether events were found or not
  1  failed: the archive cannot be listed or reached
  2  wrong usage; for an invalid pattern, the position is shown
  3  done, but something needs attention (unreadable objects, one id with different messages;
     no archive, or no raw copies in it)

Examples:
  mailtrail search --filter-pattern BOUNCED
  mailtrail search --since 7d --filter-pattern '{ $.event.eventName = \"RULE_APPLIED\" }'
  mailtrail search --since 2026-11-20 --until 2026-11-21 --sort --json | jq .message
  mailtrail search --log-group /example/audit --filter-pattern '?failed ?denied'
  mailtrail search --archive s3://example-trail/mail --since 24h | less";
