//! The longer texts of `mailtrail workmail --help`.

pub(crate) const ABOUT: &str = "\
Show, enable and disable the logging of WorkMail's email events, and close organizations that end

While email event logging is off, WorkMail logs nothing about messages. WorkMail assumes a role to write the events: \
its service-linked role, or one of yours (whose name must contain `workmail` if the caller has only the managed policy \
AmazonWorkMailFullAccess). Changes are made only after a confirmation. Support for WorkMail ends on 31 March 2027.";

pub(crate) const AFTER: &str = "\
Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  done, but something needs attention (logging is off, a short retention, remaining resources)

Examples:
  mailtrail workmail status
  mailtrail workmail enable --organization example
  mailtrail workmail disable --organization example --dry-run
  mailtrail workmail retire --organization example --archive ./archive --dry-run";

pub(crate) const STATUS: &str = "\
With --archive, each organization that WorkMail lists, or that the archive knows, is shown with what the archive has of it: of each log \
group the first and the last day with events, and how many days are complete, agree, have a gap, are silent or unknown, as \
`mailtrail coverage` and the daily function found and kept them. Nothing is compared now, and days that were never compared are \
unknown. Beside it: the newest snapshot of names, and what is to be done, each as a line to paste.

Exit codes:
  0  email events of every organization are logged, and nothing is to be done
  1  failed
  2  wrong usage
  3  done, but something needs attention (logging is off, or could not be read; with --archive: something is to be done)

JSON, of each organization: organization, alias, listed (null: WorkMail did not answer), days_left (until 31 March 2027; negative \
after it), email_events, unknown, archive (null without --archive): standing (listed, gone, ended, returned), ended, note, until, \
log_groups (log_group, first_day, last_day, events, complete, agrees, gap, silent, unknown, missing_events, gaps: day, missing, \
expires), snapshot (key, age_days), to_do (reason, command).

Examples:
  mailtrail workmail status
  mailtrail workmail status --archive s3://example-trail/mail
  mailtrail workmail status --organization example --region eu-west-1
  mailtrail workmail status --json | jq 'select(.email_events == null) | .alias'";

pub(crate) const RETIRE_ABOUT: &str = "\
Close an organization: fill its gaps, compare, and note in the archive what there is and what is missing

While WorkMail has the organization, its directory is saved, as `mailtrail directory save` does. The log groups that it logs to, or once did, are read to their end: what the archive lacks is archived, each day is \
compared, and the metrics are saved. Then a closing note is written below coverage/organizations/ of the archive, once, and never \
changed. It tells when the organization ended, what comparisons found of each log group, the newest snapshot of names, and what is \
missing.

Where something is missing, no note is written, unless its kind is accepted by name:

  names    no snapshot has the names, or (while WorkMail has them) they were not read whole today
  gap      the archive lacks events that a log group has or had
  silent   days of which WorkMail's metrics count mail, and nothing was logged
  unknown  days that were never compared, or a log group of which nothing is known

The organization may be gone: then its log groups are those that the archive knows. Run again, the command says what was done. \
Afterwards the daily function compares no day after the end, and its alarm about silence rests. An organization that comes back \
keeps its note, and is compared again.";

pub(crate) const RETIRE: &str = "\
Exit codes:
  0  closed, or closed already, and nothing is missing
  1  failed, or no note was written as something is missing: run the same command again, it goes on there
  2  wrong usage
  3  closed, or a dry run, and something is missing

Examples:
  mailtrail workmail retire --organization example --archive s3://example-trail/mail --dry-run
  mailtrail workmail retire --organization example --archive s3://example-trail/mail
  mailtrail workmail retire --organization example --archive s3://example-trail/mail --accept-missing names,silent";

pub(crate) const ENABLE: &str = "\
Events of a log group that this command creates expire after 400 days, unless --retention is given; the retention of an \
existing log group (30 days where WorkMail created it) is unchanged. Events that are not archived by then are lost: `mailtrail doctor` checks the archive.

Exit codes:
  0  done
  1  failed: the calls above the error were made; run the command again
  2  wrong usage
  3  done, but something needs attention (a short retention)

Examples:
  mailtrail workmail enable --organization example --dry-run
  mailtrail workmail enable --organization example --retention 365
  mailtrail workmail enable --organization example --log-group workmail-monitoring \\
      --logging-role arn:aws:iam::111122223333:role/workmail-monitoring --yes";

pub(crate) const DISABLE: &str = "\
The log group, the role and the deliveries of audit logs remain. They are listed with the commands that delete them, \
except where another organization uses them. No log event is deleted.

Exit codes:
  0  done, or logging was already off
  1  failed
  2  wrong usage
  3  done, and resources remain

Examples:
  mailtrail workmail disable --organization example --dry-run
  mailtrail workmail disable --organization example --yes --json | jq '.left_over[].what'";
