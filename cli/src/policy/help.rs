//! The longer texts of `mailtrail policy --help`.

pub(crate) const ABOUT: &str = "\
Audit the resource policies of CloudWatch Logs, and make room in them

Log delivery of AWS services writes to log groups by right of resource policies. Each log group that a service \
delivers to adds to one, nothing is ever taken out, and when it is full, new deliveries fail with errors that name \
other causes. These commands show how full the policies are and plan how to make room; every plan is proved to take \
access from no log group that exists. What cannot be seen is said to be unknown, never guessed.";

pub(crate) const AFTER: &str = "\
Examples:
  mailtrail policy audit
  mailtrail policy plan --output plan.json
  mailtrail policy apply plan.json --dry-run
  mailtrail policy apply plan.json --archive s3://example-trail/mail
  mailtrail policy rollback 20261120T101502Z-1a2b3c4d --archive s3://example-trail/mail

Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  done, but something needs a look (findings, steps that are left to people)";

pub(crate) const SNAPSHOT: &str = "\
Reads the policies, the log groups and the deliveries of one account and Region; changes nothing. The file serves \
`mailtrail policy audit` and `plan`, without AWS. Of the services with V1 log delivery, Step Functions and API Gateway \
are asked (states:ListStateMachines, states:DescribeStateMachine, apigateway:GET); where the others deliver to, people \
can write into the file.

Examples:
  mailtrail policy snapshot --output account.json
  mailtrail policy snapshot --region us-east-1 --role arn:aws:iam::444455556666:role/audit > other.json

Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  done, but some parts could not be read; the file and stderr say which, and why";

pub(crate) const AUDIT: &str = "\
The first half of the bar goes up to the soft limit, the second one up to the hard limit. With --archive, the sizes \
that the function policy-audit has seen before give a forecast; a limit that is --days away, or less, is a finding.

Examples:
  mailtrail policy audit
  mailtrail policy audit account.json
  aws logs describe-resource-policies | mailtrail policy audit -
  mailtrail policy audit --json | jq '.findings[].id'

Exit codes:
  0  nothing needs a look
  1  failed
  2  wrong usage
  3  there are findings that need a look";

pub(crate) const PLAN: &str = "\
The cheapest and safest steps come first: white space, entries that others cover, entries of log groups that are gone; \
then merged statements, one entry for /aws/vendedlogs/*, policies of single log groups; destinations are moved only \
where nothing else helps, or where you ask for it. With --archive, policies that will soon be full get room as well. \
Nothing is changed by planning.

Examples:
  mailtrail policy plan --output plan.json
  mailtrail policy plan account.json --share 50
  mailtrail policy plan --archive s3://example-trail/mail
  mailtrail policy plan --move /example/audit --name /example/audit=/aws/vendedlogs/workmail/audit
  mailtrail policy plan --json | jq '.steps[] | {what, saves}'

Exit codes:
  0  done, whether there are steps or not
  1  failed: the policies cannot be read, or no plan could be proved
  2  wrong usage
  3  done, but a policy stays too full, or a log group cannot be moved";

pub(crate) const APPLY: &str = "\
Before anything is written, the plan is proved again of what is there by then: a log group may have come back, or the \
file may have been edited. Each policy is read again right before it is written, and right after; where it is not what the plan was made of, \
nothing is written. Every call is in the journal before it is made, under policy-audit/journal/ of the archive: an \
interrupted run is resumed, and any run undone.

Examples:
  mailtrail policy apply plan.json --dry-run
  mailtrail policy apply plan.json --archive ./archive
  mailtrail policy apply plan.json --archive ./archive --yes --json | jq -r .journal
  mailtrail policy apply --resume 20261120T101502Z-1a2b3c4d --archive ./archive

Exit codes:
  0  done
  1  failed; what was done by then is in the journal, and the error says how to go on
  2  wrong usage
  3  done, but something is left to people, or was stopped and put back";

pub(crate) const JOURNAL_ARCHIVE: &str = "\
The archive that the journal is kept in: a directory, file:///…, or s3://bucket/prefix";

pub(crate) const ROLLBACK: &str = "\
Policies are what they were, byte for byte, and destinations write to where they wrote. A log group that the run made \
stays if anything may have been delivered to it.

Examples:
  mailtrail policy rollback 20261120T101502Z-1a2b3c4d --archive ./archive

Exit codes:
  0  done
  1  failed: what is undone by then is in the journal; run it again
  2  wrong usage
  3  done, but something is left as it is, and why";
