//! The longer texts of `mailtrail backfill --help`.

pub(crate) const ABOUT: &str = "\
Archive the events that CloudWatch Logs has and the archive lacks

A subscription sends what is logged after it was made. A backfill reads a log group page by page (FilterLogEvents), compares \
with the archive, and archives what is missing, in the same way as if a subscription had sent it. It can be run while \
subscriptions deliver, and again at any time. An event that both bring meanwhile is shown once where both give it the same id.

What is there is compared by the ids of events, if they are seen to be those of the subscription, else by log stream, time and \
message. At the end the events are counted in a second way (CloudWatch Logs Insights, which charges for the data it scans); a \
log group is done when both counts agree.

A run that was interrupted (Ctrl-C, kill -9, expired credentials) goes on where it was when it is started again: the archive \
keeps how far it came, below pull/. That is believed only where the archive has the events, for which their raw copies are read \
again; the rest is read from the log group. A dry run reads and compares, and writes nothing.

Everything goes into the archive, and nothing else happens: streams, watch lists and the topic of the functions get nothing of \
what is archived here.";

pub(crate) const SUBSCRIBED: &str = "\
Every log group of the Region with a subscription filter to a function of mailtrail; asks for the filters of each log group";

pub(crate) const UNMASK: &str = "\
Read masked events as they were logged, which needs logs:Unmask. The archive then has what a data protection policy hides, \
beside the masked copies of the subscription";

pub(crate) const RATE: &str = "\
The most pages to read in a second, in all [default: half of the quota of the Region]";

pub(crate) const AFTER: &str = "\
Events are interpreted by the same variables as in the functions: MAILTRAIL_INTERNAL_DOMAINS, MAILTRAIL_ORGANIZATIONS, \
MAILTRAIL_SOURCES, MAILTRAIL_COLUMNS. A log group of mailtrail itself is refused.

Needs logs:DescribeLogGroups, logs:FilterLogEvents, logs:StartQuery and logs:GetQueryResults; without the last two, the events \
are read twice. To see which log groups are mailtrail's own, also logs:DescribeSubscriptionFilters and \
lambda:GetFunctionConfiguration.

Exit codes:
  0  done: both counts of every log group agree
  1  failed, or stopped; run the same command again: it goes on where it was
  2  wrong usage
  3  done, but something needs attention (the counts differ, events have expired, or some are left
     because an object of the archive is damaged)

Examples:
  mailtrail backfill --log-group /aws/workmail/emailevents/example --archive s3://example-trail/mail
  mailtrail backfill --organization m-0123456789abcdef0123456789abcdef --archive ./archive
  mailtrail backfill --subscribed --since 30d --archive s3://example-trail/mail --dry-run
  mailtrail backfill --log-group audit --log-group cloudtrail --jobs 2 --rate 2 --archive ./archive
  mailtrail backfill --log-group audit --archive ./archive --json | jq .balanced";
