//! The longer texts of `mailtrail trace --help`.

pub(crate) const ABOUT: &str = "\
Show where messages went: what became of each for its recipients, and its journey

Reads the email events of an archive, or of several as one. WorkMail logs a message under one trace id on its way out and under \
another on its way in; they are put together where Message-ID, sender, recipients and time agree. A list has one line for each message, \
numbered; `mailtrail trace N` shows the journey of one of them. Without --since, --until and --on, all of the archive is read; for the list of the latest messages, its last days.

Nothing is written to the archive. The trace ids of the last list are kept for a day in the user's cache folder.";

pub(crate) const AFTER: &str = "\
An address is found by any part of it, whatever its case; a display name is not. A message is of a range of time if one of its \
events is; the days within --window around the range are read as well, so that it is told whole.

What became of it, for each recipient:
  delivered, junk          it is in the mailbox, or in its junk folder
  bounced                  it was returned to its sender; the journey says why, and what usually helps
  redirected, dropped      a rule sent it on instead, or took it away
  rejected                 the DMARC policy of the sender's domain was applied
  expanded                 a group or an alias: its mailboxes are recipients of their own
  sent                     it was handed to the other side, whose log is not here
  pending, unknown         no outcome is logged: there is still time for one, or there is not

Groups, aliases and names are those of the directory, where `mailtrail directory save` has put it in the archive.

MAILTRAIL_ARCHIVE names the archive where --archive does not.

Exit codes:
  0  done, whether anything is found or not; where nothing is, stderr says what is close to it
  1  failed: the archive cannot be listed or reached, there is no last list
  2  wrong usage
  3  done, but something needs attention (unreadable objects, one id with different contents;
     nothing found where the archive lacks events; no archive, or one without email events)

Examples:
  mailtrail trace --from alice@example.com --to bob@example.net
  mailtrail trace 3
  mailtrail trace bob@example.net --on 2026-11-20 --detail
  mailtrail trace --status bounced --since 7d
  mailtrail trace --subject invoice --csv > invoices.csv
  mailtrail trace --group-by status --since 24h
  mailtrail trace --message-id '<a1b2@example.com>' --json | jq .recipients";
