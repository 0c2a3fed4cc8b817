//! The longer texts of `mailtrail workmail --help`.

pub(crate) const ABOUT: &str = "\
Show, enable and disable the logging of WorkMail's email events

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
  mailtrail workmail disable --organization example --dry-run";

pub(crate) const STATUS: &str = "\
Exit codes:
  0  email events of every organization are logged
  1  failed
  2  wrong usage
  3  done, but something needs attention (logging is off, or could not be read)

Examples:
  mailtrail workmail status
  mailtrail workmail status --organization example --region eu-west-1
  mailtrail workmail status --json | jq 'select(.email_events == null) | .alias'";

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
