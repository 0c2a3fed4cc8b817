//! The longer texts of `mailtrail coverage --help`.

pub(crate) const ABOUT: &str = "\
Compare what CloudWatch Logs has of each day with what the archive has

For each log group and UTC day: the events that CloudWatch Logs has (counted by CloudWatch Logs Insights, which charges for the \
data it scans), the distinct events that the archive has (by log stream, id and message, from the raw copies), and what is \
missing. Days are those of the time that CloudWatch Logs has for an event, which may be another than that of its record.

  complete  every event of the log group is in the archive: each was looked for (--exact), or the counts are equal and the \
archive has nothing that may be of another origin
  agrees    the archive has as many events or more, but they may be others (imported, masked, under an id with another message, of \
an earlier log group of the name): the count proves no more; --exact does
  gap       the log group has events that the archive lacks; they are archived by: mailtrail backfill
  silent    WorkMail's own metrics tell of mail (or of failed sign-ins), and the log group, which was counted, has none: \
logging was off, or went elsewhere
  open      the day is not over, or was over less than an hour before
  unknown   nothing can be said: the events have expired or are expiring, the log group does not exist or did not, two counts of it \
differ, or AWS did not answer

CloudWatch Logs takes events that are up to 14 days old, so a day is final 14 days after its end; until then it may become \
incomplete again. What was imported never makes a day complete by its number alone: --exact looks for each event, and finds it \
whichever way it was archived.

The result is kept in the archive, below coverage/, where the doctor reads it. So are the daily sums of WorkMail's metrics, \
which CloudWatch keeps for 15 months: first all that it has of the metrics that are found, then what is new. And so is whose log \
each log group is: it keeps its metrics when logging is turned off or goes elsewhere, and when the organization is deleted.";

pub(crate) const LOG_GROUP: &str = "\
A log group, by name or ARN; may be repeated [default: those that the archive has events of, those with a subscription filter to \
a function of mailtrail, and those that WorkMail organizations log email events and sign-ins to, or once did]";

pub(crate) const SINCE: &str = "\
Only days from this time on: 2026-11-20 (UTC), 2026-11-20T10:15:00Z, or 30m, 24h, 7d ago [default: 30 days; without AWS, all \
that the archive has]";

pub(crate) const EXACT: &str = "\
Read the events page by page (FilterLogEvents) and look for each in the archive, instead of counting them only. This takes \
as long as a dry run of a backfill";

pub(crate) const AFTER: &str = "\
Where no Region or no credentials are configured, and with --offline, AWS is not asked: the log group's side is unknown.

Needs sts:GetCallerIdentity, which everyone has, logs:DescribeLogGroups, logs:StartQuery and logs:GetQueryResults; with --exact, and of days up to the creation of a log \
group, also logs:FilterLogEvents; to end a query by Ctrl-C, logs:StopQuery. To find the log groups with a subscription filter, logs:DescribeSubscriptionFilters and \
lambda:GetFunctionConfiguration. For WorkMail's metrics, cloudwatch:ListMetrics and cloudwatch:GetMetricData, and to know whose \
they are workmail:ListOrganizations, workmail:DescribeEmailMonitoringConfiguration, logs:DescribeDeliverySources, \
logs:DescribeDeliveryDestinations and logs:DescribeDeliveries. Where the last ones are refused, days have no witness but what was \
kept before, and the exit code is 3. For an archive in S3, s3:ListBucket and s3:GetObject, and to keep the result s3:PutObject. As a policy: mailtrail \
permissions coverage cloudwatch-logs, and for the archive mailtrail permissions coverage s3.

Exit codes:
  0  done: what could be compared was, and there is no gap and no silent day
  1  failed, or stopped
  2  wrong usage
  3  done, but something needs attention (gaps, silent days, days or metrics that AWS did not answer for, days of mail whose log group does \
not exist, unreadable objects)

Examples:
  mailtrail coverage --archive s3://example-trail/mail
  mailtrail coverage --log-group /aws/workmail/emailevents/example --since 2026-11-01 --until 2026-12-01 --archive ./archive
  mailtrail coverage --organization m-0123456789abcdef0123456789abcdef --exact --archive ./archive
  mailtrail coverage --offline --archive ./archive
  mailtrail coverage --archive ./archive --json | jq 'select(.state == \"gap\")'";
