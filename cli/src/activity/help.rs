//! The longer texts of `mailtrail activity --help`.

pub(crate) const ABOUT: &str = "\
Show who did what: users, roles, sessions and access keys, in AWS and in mailboxes

Reads the records in an archive that name a caller (api_activity, authentication, entity_management, and of base_event those \
that do), in order of time: the calls of CloudTrail, and WorkMail's sign-ins, access to mailboxes and tokens. An event that is \
stored twice is shown once, and so is a call that CloudTrail delivered to several accounts. Without --since and --until, the \
whole archive is read. An event whose time cannot be read may be of any time, so it is always looked at, and shown first. \
Probes of the doctor are left out; stderr says how many.

Nothing is written anywhere. An object that cannot be read is named on stderr, and the rest is shown; ingest makes \
its records again, in another archive, from the raw copies of this one.";

pub(crate) const AFTER: &str = "\
The value of a filter is compared with the whole name or id, and case matters. * matches any number of characters; there is \
no other wildcard. An identity that is filtered for is the caller: a call of AssumeRole belongs to its caller, and not to the role that was assumed.

--user finds a user by every name and id: WorkMail logs the name at a sign-in and elsewhere the id alone. Who and what ids \
are is learned from the snapshots of the directory in the archive (the newest before the range, and those in it) and from \
sign-ins that did not fail, in the range and in the 31 days before it; stderr says from what, and what goes with the user. A \
name that changed hands is that of the time of the event; where the time of a change is not known, it is both users'. A name is \
looked for in all events: an IAM user of the same name, who may be another person, is found as well. --owner does the same for \
the owner of a mailbox.

Names are shown before ids, as in ana (S-1-1-11-…). In --csv they have columns of their own (user_name, owner_name, names), and \
in --json the record gets an enrichment of the type `name` for each id whose name it does not say itself.

What is done in a session is logged under the role, not under its caller. --follow goes on from each call found whose answer \
holds an access key (AssumeRole, GetSessionToken, CreateAccessKey, …) to everything that was signed with that key, however \
often roles are chained; `via` shows through which sessions. It reads the archive twice, and stderr names what it could not \
follow. What is logged without a key cannot be followed (--session finds it), nor can a session that was opened before --since.

On a terminal, a cell of more than 500 characters ends in …; in a pipe, in --csv and in --json everything is whole.

MAILTRAIL_ARCHIVE names the archive where --archive does not.

Exit codes:
  0  done, whether anything is found or not; where nothing is, stderr says what is close to it
  1  failed: the archive cannot be listed or reached
  2  wrong usage
  3  done, but something needs attention (unreadable objects or snapshots, one id with different contents;
     no archive, or one without records)

Examples:
  mailtrail activity --user alice --follow
  mailtrail activity --user ana --not-owner
  mailtrail activity --owner bob@example.com
  mailtrail activity --role Admin --since 7d --summary
  mailtrail activity --access-key AKIAIOSFODNN7EXAMPLE --failed
  mailtrail activity --account 444455556666 --source-ip 203.0.113.0/24
  mailtrail activity --not-owner --csv > other-mailboxes.csv
  mailtrail activity --event-name 'Delete*' --json | jq .api";
