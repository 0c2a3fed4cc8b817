//! The longer texts of `mailtrail workmail --help`.

pub(crate) const ABOUT: &str = "\
Show and switch the logging of WorkMail's email events

While it is off, WorkMail logs nothing about messages. It writes to a log group with a role: its own service-linked \
one, or one that you made (its name must contain `workmail` where the caller has AmazonWorkMailFullAccess only). \
Nothing is changed before you are asked. WorkMail ends on 31 March 2027.";

pub(crate) const AFTER: &str = "\
Examples:
  mailtrail workmail status
  mailtrail workmail enable --organization example
  mailtrail workmail disable --organization example --dry-run

Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  done, but something needs a look (logging that is off, a short retention, things left over)";

pub(crate) const STATUS: &str = "\
Examples:
  mailtrail workmail status
  mailtrail workmail status --organization example --region eu-west-1
  mailtrail workmail status --json | jq 'select(.email_events == null) | .alias'

Exit codes:
  0  email events of every organization are logged
  1  failed
  2  wrong usage
  3  done, but something needs a look (logging that is off; what could not be read)";

pub(crate) const ENABLE: &str = "\
A log group that is made here keeps events for 30 days, as WorkMail's own set-up does, unless --retention says \
otherwise: what is not archived by then is gone. `mailtrail doctor` tells whether it is archived.

Examples:
  mailtrail workmail enable --organization example --dry-run
  mailtrail workmail enable --organization example --retention 365
  mailtrail workmail enable --organization example --log-group workmail-monitoring \\
      --logging-role arn:aws:iam::111122223333:role/workmail-monitoring --yes

Exit codes:
  0  done
  1  failed: an error says what was done by then; run it again
  2  wrong usage
  3  done, but something needs a look (a short retention)";

pub(crate) const DISABLE: &str = "\
Log group and role are left over, and so are the deliveries of audit logs: they are named, with the commands that \
remove them; what other organizations use stays, and they are named instead. Nothing that was logged is deleted.

Examples:
  mailtrail workmail disable --organization example --dry-run
  mailtrail workmail disable --organization example --yes --json | jq '.left_over[].what'

Exit codes:
  0  done, or it was off
  1  failed
  2  wrong usage
  3  done, and something is left over";
