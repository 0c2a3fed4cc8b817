//! The longer texts of `mailtrail directory --help`.

pub(crate) const ABOUT: &str = "\
Save, show and compare who and what the ids of WorkMail organizations are

Logs name users, groups, resources, impersonation roles, rules and tokens by ids that WorkMail alone can explain, and WorkMail \
ends on 31 March 2027. save keeps a snapshot of all that its API tells in the archive; show and diff need no AWS.";

pub(crate) const AFTER: &str = "\
What no call of WorkMail's API tells must be saved by hand from the console (https://console.aws.amazon.com/workmail/), as \
screenshots or notes beside the archive: email flow rules (Organization settings, Inbound and Outbound rules), journaling \
(Organization settings, Advanced), SMTP gateways (Organization settings), and the mobile devices of each user. What changed \
since CloudTrail was on is in the archive of a trail, and `mailtrail activity` shows it. Rules that users made themselves, folders and messages are in their mailboxes \
only; WorkMail exports those to S3 (aws workmail start-mailbox-export-job).

Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  done, but something needs attention

Examples:
  mailtrail directory save --archive s3://example-trail/mail
  mailtrail directory show S-1-1-11-1111111111-2222222222-3333333333-3333 --archive s3://example-trail/mail
  mailtrail directory diff --since 30d --archive s3://example-trail/mail";

pub(crate) const SAVE: &str = "\
Read the directory of organizations, and save what changed

Reads ids, names, addresses, aliases, states, roles and dates of users (deleted ones included), groups with members, resources \
with delegates; mailbox permissions; impersonation roles with their rules, access control rules, mobile device rules and \
overrides; personal access tokens (not the tokens themselves); domains, identity provider, availability, retention, DMARC, email \
logging; export jobs of the last seven days. Telephone, street and other details of people only with --details.

A snapshot is a new object, directory/organization=m-…/TIME.json.zst, and is written only where something changed since the last \
one; else an object below coverage/directory/ says up to when that one holds.

At most 5 calls a second are made in a Region, for WorkMail publishes no rates: about 10 minutes for 1,000 users, about eight hours for \
50,000. Organizations and Regions are read side by side. A run that is stopped saves nothing of what it has not read to the end.";

pub(crate) const AFTER_SAVE: &str = "\
A call that is refused is told, and the rest is saved: the snapshot says what is not in it. Credentials that expire end the run; \
a role of --assume-role lasts an hour.

What the caller must be allowed, as a policy: mailtrail permissions directory s3

Exit codes:
  0  done: everything was read, and saved where something changed
  1  failed, or stopped: no snapshot
  2  wrong usage
  3  done, but something needs attention (refused calls, an organization or Region that could not be read, no organization)

Examples:
  mailtrail directory save --archive s3://example-trail/mail
  mailtrail directory save --organization example --region eu-west-1 --archive ./archive
  mailtrail directory save --details --archive ./archive
  mailtrail directory save --archive ./archive --json | jq '{organization, key, unchanged}'";

pub(crate) const SHOW: &str = "\
Show who or what an id, an address or a name is

Looks for an id, then an address or alias, then a name, in the latest snapshot of each organization; what that one does not have \
any more is looked for in earlier ones. Without anything to look for, shows all that has an address.";

pub(crate) const AFTER_SHOW: &str = "\
Exit codes:
  0  done
  1  failed, or the archive has no snapshot
  2  wrong usage
  3  done, but something needs attention (a snapshot that cannot be read, a time before the first one, lists that were refused)

Examples:
  mailtrail directory show --archive ./archive
  mailtrail directory show ana@example.com --archive ./archive
  mailtrail directory show S-1-1-11-1111111111-2222222222-3333333333-3333 --at 2026-11-20 --archive ./archive
  mailtrail directory show --archive ./archive --json | jq -r '.users[] | [.id, .name] | @tsv'";

pub(crate) const DIFF: &str = "\
Show what changed between two snapshots

Without options, between the last two of each organization; with --since and --until, between those that held at these times; or \
between two that are given by key. Nothing is said of what one of the two could not read.";

pub(crate) const AFTER_DIFF: &str = "\
Exit codes:
  0  done
  1  failed, or the archive has no snapshot
  2  wrong usage
  3  done, but something needs attention (no two snapshots, a snapshot that cannot be read)

Examples:
  mailtrail directory diff --archive ./archive
  mailtrail directory diff --since 2026-11-01 --until 2026-12-01 --organization example --archive ./archive
  mailtrail directory diff --since 30d --archive ./archive --json | jq -c '.changes[] | select(.kind == \"user\")'";
