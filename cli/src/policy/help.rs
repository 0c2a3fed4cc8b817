//! The longer texts of `mailtrail policy --help`.

pub(crate) const ABOUT: &str = "\
Audit the resource policies of CloudWatch Logs, and make room in them

Resource policies of CloudWatch Logs allow AWS services to deliver logs. AWS adds an entry for each log group that a \
service delivers to and never removes one; when the policy is full, new deliveries fail with errors that name other \
causes. These commands show how full the policies are and plan how to make room; every plan is proved \
to keep access to every log group that exists. What cannot be read is reported as unknown, never guessed.";

pub(crate) const AFTER: &str = "\
Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  done, but something needs attention (findings, steps to do by hand)

Examples:
  mailtrail policy audit
  mailtrail policy plan --output plan.json
  mailtrail policy apply plan.json --dry-run
  mailtrail policy apply plan.json --archive s3://example-trail/mail
  mailtrail policy rollback 20261120T101502Z-1a2b3c4d --archive s3://example-trail/mail";

pub(crate) const SNAPSHOT: &str = "\
Reads the policies, the log groups and the deliveries of one account and Region; changes nothing. `mailtrail policy \
audit` and `plan` read the file instead of AWS. Of the services with V1 log delivery, Step Functions and API Gateway \
are asked (states:ListStateMachines, states:DescribeStateMachine, apigateway:GET); destinations \
of other services can be added to the file by hand.

Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  done, but some parts could not be read; the file and stderr say which, and why

Examples:
  mailtrail policy snapshot --output account.json
  mailtrail policy snapshot --region us-east-1 --assume-role arn:aws:iam::444455556666:role/audit > other.json";

pub(crate) const AUDIT: &str = "\
The first half of the bar goes up to the soft limit, the second one up to the hard limit. With --archive, the sizes \
that the function policy-audit recorded give a forecast; a limit that is --days away, or less, is a finding.

Exit codes:
  0  no finding above a note
  1  failed
  2  wrong usage
  3  there are findings above a note

Examples:
  mailtrail policy audit
  mailtrail policy audit account.json
  aws logs describe-resource-policies | mailtrail policy audit -
  mailtrail policy audit --json | jq '.findings[].id'";

pub(crate) const PLAN: &str = "\
Of all plans that make room, the one of the lowest risk is taken, and of those the cheapest. Nothing is risked by white \
space, entries that others cover and merged statements; little by entries that log delivery wrote for log groups that do \
not exist any more, and by policies of single log groups; more by one entry for /aws/vendedlogs/*. From 8 of 10 account \
policies on, policies are merged; not those that AWS services find by name. Destinations are moved only \
where nothing else helps, or where you ask for it. With --archive, policies that will soon be full get room as well. \
Nothing is changed by planning.

Exit codes:
  0  done, whether there are steps or not
  1  failed: the policies cannot be read, or no plan could be proved
  2  wrong usage
  3  done, but a policy stays too full, or a log group cannot be moved

Examples:
  mailtrail policy plan --output plan.json
  mailtrail policy plan account.json --share 50
  mailtrail policy plan --archive s3://example-trail/mail
  mailtrail policy plan --move /example/audit --name /example/audit=/aws/vendedlogs/workmail/audit
  mailtrail policy plan --json | jq '.steps[] | {what, saves}'";

pub(crate) const APPLY: &str = "\
A plan chooses the steps. What they write is proved for the account as it is now, after each write: every log group keeps \
its access, and nothing is newly allowed but log delivery of this account, to the new log groups of moves and, where a step \
says so, to /aws/vendedlogs/*. A plan that cannot be proved, because it is out of date or was edited, or that is for another \
account, Region or partition is refused before anything is asked; why, is said, and --dry-run prints no call of it. The \
statements that are added and removed and the destinations that move are shown before the question, and with --yes as well.

A run that has no end in the archive, of the same account and Region, is resumed or rolled back first: no other one is begun \
beside it.

Each policy is read right before it is written, and right after; if it has changed since the plan was created, nothing is \
written. The policy of a log group is written with the revision that was read (expectedRevisionId). Account policies have \
no revision: an entry that AWS, or another caller, adds in the milliseconds between reading and writing is lost. Plan \
again afterwards, and do not set up log delivery while a plan is applied.

Every call is recorded in the journal before it is sent, under policy-audit/journal/ of the archive, so that an \
interrupted run can be resumed and any run rolled back. Its entries are numbered and chained by hash; a journal that is \
not whole is refused.

Exit codes:
  0  done
  1  failed; what was done by then is in the journal, and the error says how to continue
  2  wrong usage
  3  done, but steps remain to do by hand, a move is not verified, or a step was stopped and undone

Examples:
  mailtrail policy apply plan.json --dry-run
  mailtrail policy apply plan.json --archive ./archive
  mailtrail policy apply plan.json --archive ./archive --yes --json | jq -r .journal
  mailtrail policy apply --resume 20261120T101502Z-1a2b3c4d --archive ./archive";

pub(crate) const JOURNAL_ARCHIVE: &str = "\
The archive that the journal is kept in: a directory, file:///…, or s3://bucket/prefix";

pub(crate) const ROLLBACK: &str = "\
Restores the policies byte for byte, and points destinations back. What is to be restored is shown first, and proved for \
the current policies: nothing is allowed that is not allowed now, but to log groups that do not exist, and every log group \
keeps its access. A log group that the run created stays if anything may have been delivered to it.

A change that cannot be undone is left, with the reason: another caller changed or deleted it since, AWS refused the call, \
or it is not proved to be safe. Run the command again to try those once more. With --json, `kept` has what is left as it is, \
with --dry-run what would be, and `changes` counts what this rollback undid. Where nothing is to be undone, nothing is asked.

Exit codes:
  0  done
  1  failed: the journal has what was undone by then; run the command again
  2  wrong usage
  3  done, but something stays as it is, and why

Examples:
  mailtrail policy rollback 20261120T101502Z-1a2b3c4d --archive ./archive --dry-run
  mailtrail policy rollback 20261120T101502Z-1a2b3c4d --archive ./archive";
