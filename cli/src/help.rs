//! The longer texts of `--help`.

pub(crate) const MAIN: &str = "\
Examples:
  mailtrail demo
  mailtrail ingest --archive ./archive payload.gz
  mailtrail search --archive ./archive --since 24h --filter-pattern BOUNCED
  mailtrail activity --archive ./archive --user alice --follow
  mailtrail permissions workmail cloudwatch-logs
  mailtrail policy audit
  mailtrail workmail status
  mailtrail doctor
  mailtrail help ingest

Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  done, but something needs a look (quarantined, undelivered, unreadable)";

pub(crate) const DEMO_ABOUT: &str = "\
Show the main job on this machine: no AWS, no account, nothing to prepare

Takes a small company's working morning, in batches as CloudWatch Logs sends them, through the pipeline \
that the functions use, into an archive in the current folder and a stream beside it, and shows what came \
out. Run it again to see that nothing is stored twice.";

pub(crate) const DEMO: &str = "\
With --archive DIR, the archive is DIR and the stream is the file DIR-stream.ndjson.

Examples:
  mailtrail demo
  mailtrail demo --archive /tmp/trail
  mailtrail demo --json | jq .by_class

Exit codes:
  0  done
  1  failed: nothing half-written is left, and another run goes on where this one ended
  2  wrong usage
  3  done, but something needs a look (the stream did not take all events)";

pub(crate) const INGEST_ABOUT: &str = "\
Take payloads into an archive, and to streams

A PATH is any of: an event that invoked a function (subscription filter or Kinesis), a payload of CloudWatch \
Logs (gzip or decoded), a record of Lambda's on-failure destination, a quarantined .bin; or a folder of them. \
They are recognised by content. In folders, hidden files are left out, and so is what an archive holds besides \
payloads: records, streams, descriptions.

The archive comes first: the exact bytes, and the OCSF records made of them. What cannot be read is kept in \
quarantine. The same payload again changes nothing in the archive; a stream may get an event again, and \
metadata.uid tells. A Firehose stream gets events only while it has the tag LogDeliveryEnabled=true.";

pub(crate) const ARCHIVE: &str = "The archive: a directory, file:///…, or s3://bucket/prefix";

pub(crate) const SOURCE: &str = "\
What the events are, where their shape shall not decide: workmail_email, workmail_audit, cloudtrail or other; or \
GROUP=SOURCE for the events of that log group; may be repeated";

pub(crate) const COLUMNS: &str = "\
The fields of lines of text in a log group, parted by what parts the values (a space is \\s, a tab \\t); may be \
repeated";

pub(crate) const STREAM: &str = "\
A stream: firehose:NAME or file:///….ndjson, with ?classes=a,b and &packing=off if wanted; may be repeated";

pub(crate) const INGEST: &str = "\
AWS is asked only where the archive is in S3 or a stream is one of Firehose; its own variables (AWS_REGION, \
AWS_PROFILE, AWS_ENDPOINT_URL, …) keep their meaning. MAILTRAIL_STREAMS holds several streams parted by \
spaces, the other lists are parted by commas.

Examples:
  mailtrail ingest --archive ./archive payload.gz
  mailtrail ingest --archive s3://example-trail/mail --stream firehose:mail ./payloads
  mailtrail ingest --archive ./archive --stream 'firehose:mail?classes=email_activity' event.json
  mailtrail ingest --archive ./again ./archive/raw
  cat payload.gz | mailtrail ingest --archive ./archive --json | jq .archived

Exit codes:
  0  done; that a stream without the tag got nothing is a decision, not a failure
  1  failed: the archive did not take everything, an input cannot be read, or the run was stopped;
     run the same command again: nothing is stored twice
  2  wrong usage
  3  done, but something needs a look (quarantined, undelivered)";

pub(crate) const SEARCH_ABOUT: &str = "\
Find log events in an archive by a filter pattern of CloudWatch Logs

Reads the exact copies of what CloudWatch Logs sent (raw/ in the archive), and prints the log events that match \
as they are found: time, log stream and message, under the name of the log group. An event that was sent twice is \
printed once. Without --since and --until, the whole archive is searched. An event whose time cannot be read may \
be of any time, so it is always looked at, and shown as of 1970.

Nothing is written anywhere. A raw copy that cannot be read is named on stderr, and the search goes on.";

pub(crate) const SEARCH: &str = "\
The pattern is what a subscription filter or the CloudWatch console takes: words that must all occur (ERROR denied), \
?a ?b for one of them, -a for none, \"a phrase\", %a regular expression%; { … } for messages that are JSON; \
[ … ] for fields between spaces. Put it into single quotes, so that the shell leaves it alone.

MAILTRAIL_ARCHIVE names the archive where --archive does not.

Examples:
  mailtrail search --filter-pattern BOUNCED
  mailtrail search --since 7d --filter-pattern '{ $.event.eventName = \"RULE_APPLIED\" }'
  mailtrail search --since 2026-11-20 --until 2026-11-21 --sort --json | jq .message
  mailtrail search --log-group /example/audit --filter-pattern '?failed ?denied'
  mailtrail search --archive s3://example-trail/mail --since 24h | less

Exit codes:
  0  done, whether anything is found or not
  1  failed: the archive cannot be listed or reached
  2  wrong usage; of a pattern that cannot be understood, the place is shown
  3  done, but something needs a look (objects that cannot be read; no archive, or one without raw copies)";

pub(crate) const ACTIVITY_ABOUT: &str = "\
Show who did what: users, roles, sessions and access keys, in AWS and in mailboxes

Reads the records in an archive that tell of somebody's acts (api_activity, authentication, entity_management, and \
of base_event those that name somebody), in order of time: the calls of CloudTrail, and WorkMail's sign-ins, access \
to mailboxes and tokens. An event that is stored twice is shown once. Without --since and --until, the whole archive \
is read. An event whose time cannot be read may be of any time, so it is always looked at, and shown first.

Nothing is written anywhere. An object that cannot be read is named on stderr, and the rest is shown; ingest makes \
its records again, in another archive, from the raw copies of this one.";

pub(crate) const ACTIVITY: &str = "\
A filter is the whole name or id, upper and lower case as it is; * stands for any part of it. Who was filtered for \
is who did it: a call of AssumeRole belongs to its caller, and not to the role that was taken on.

What is done in a session is logged under the role, not under who opened it. --follow goes on from each AssumeRole, \
GetSessionToken or GetFederationToken that is found to everything that was signed with the key that it returned, \
however often roles are chained; `via` shows through which sessions. It reads the archive twice. What is logged \
without a key cannot be followed (--session finds it), nor can a session that was opened before --since.

MAILTRAIL_ARCHIVE names the archive where --archive does not.

Examples:
  mailtrail activity --user alice --follow
  mailtrail activity --role Admin --since 7d --summary
  mailtrail activity --access-key AKIAIOSFODNN7EXAMPLE --failed
  mailtrail activity --not-owner --csv > strangers.csv
  mailtrail activity --event-name 'Delete*' --source-ip '203.0.113.*' --json | jq .api

Exit codes:
  0  done, whether anything is found or not
  1  failed: the archive cannot be listed or reached
  2  wrong usage
  3  done, but something needs a look (objects that cannot be read; no archive, or one without records)";

pub(crate) const PERMISSIONS_ABOUT: &str = "\
Print what must be allowed for the logs of a service to arrive

For one service and one destination: the policy of whoever sets the logs up, the policies of log group, bucket and \
key, the role and its trust; filled in, and closed to confused deputies: whoever lets a service in asks for \
aws:SourceAccount and aws:SourceArn.

Nothing is asked of AWS, and nothing is changed. What is not given is filled by an example, and stderr says so.";

pub(crate) const DESTINATION: &str = "Where the logs go: cloudwatch-logs, s3 or firehose";

pub(crate) const PERMISSIONS: &str = "\
Models in --list: V1 and V2 are vended logs, which AWS delivers (under V2 by delivery source, destination and \
delivery); role: the service takes a role of yours; resource policy: the service writes under its own name; own: in \
a way that its page describes.

Documents: caller_policy, console_policy, log_group_policy, bucket_policy, key_policy (for a bucket with SSE-KMS), \
stream_tags, service_linked_role_policy and service_linked_role_trust_policy (both made by AWS), role_trust_policy, \
role_policy.

Examples:
  mailtrail permissions --list
  mailtrail permissions workmail s3 --account 111122223333 --region eu-west-1 --bucket example-trail
  mailtrail permissions workmail-events cloudwatch-logs --log-group workmail-monitoring --format cli
  mailtrail permissions workmail firehose --stream mail --format cloudformation > template.json
  mailtrail permissions waf cloudwatch-logs | jq .log_group_policy
  mailtrail permissions --list --json | jq -r 'select(.destinations.s3 == \"v2\").id'

Exit codes:
  0  done
  1  failed
  2  wrong usage: no such service, or it does not log there; what there is, is named
  3  nothing to print: the service gets its permissions in a way of its own";

pub(crate) const POLICY_ABOUT: &str = "\
Audit the resource policies of CloudWatch Logs, and make room in them

Log delivery of AWS services writes to log groups by right of resource policies. Each log group that a service \
delivers to adds to one, nothing is ever taken out, and when it is full, new deliveries fail with errors that name \
other causes. These commands show how full the policies are and plan how to make room; every plan is proved to take \
access from no log group that exists. What cannot be seen is said to be unknown, never guessed.";

pub(crate) const POLICY: &str = "\
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

pub(crate) const POLICY_SNAPSHOT: &str = "\
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

pub(crate) const POLICY_AUDIT: &str = "\
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

pub(crate) const POLICY_PLAN: &str = "\
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

pub(crate) const POLICY_APPLY: &str = "\
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

pub(crate) const POLICY_ROLLBACK: &str = "\
Policies are what they were, byte for byte, and destinations write to where they wrote. A log group that the run made \
stays if anything may have been delivered to it.

Examples:
  mailtrail policy rollback 20261120T101502Z-1a2b3c4d --archive ./archive

Exit codes:
  0  done
  1  failed: what is undone by then is in the journal; run it again
  2  wrong usage
  3  done, but something is left as it is, and why";

pub(crate) const WORKMAIL_ABOUT: &str = "\
Show and switch the logging of WorkMail's email events

While it is off, WorkMail logs nothing about messages. It writes to a log group with a role: its own service-linked \
one, or one that you made (its name must contain `workmail` where the caller has AmazonWorkMailFullAccess only). \
Nothing is changed before you are asked. WorkMail ends on 31 March 2027.";

pub(crate) const WORKMAIL: &str = "\
Examples:
  mailtrail workmail status
  mailtrail workmail enable --organization example
  mailtrail workmail disable --organization example --dry-run

Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  done, but something needs a look (logging that is off, a short retention, things left over)";

pub(crate) const WORKMAIL_STATUS: &str = "\
Examples:
  mailtrail workmail status
  mailtrail workmail status --organization example --region eu-west-1
  mailtrail workmail status --json | jq 'select(.email_events == null) | .alias'

Exit codes:
  0  email events of every organization are logged
  1  failed
  2  wrong usage
  3  done, but something needs a look (logging that is off; what could not be read)";

pub(crate) const WORKMAIL_ENABLE: &str = "\
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

pub(crate) const WORKMAIL_DISABLE: &str = "\
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

pub(crate) const DOCTOR_ABOUT: &str = "\
Find out what is wrong with the logging of an account, before it breaks

Reads an account in one Region and changes nothing: WorkMail's email events and audit logs, log groups and their \
subscriptions, functions, Firehose streams, buckets, keys, policies, the archive. One thing leads to the next, from \
the organizations on; what is to be looked at besides can be named. Every finding says what was seen, why it matters, \
and what to do. What could not be seen is said to be unknown, with the call that was refused.";

pub(crate) const DOCTOR_FUNCTION: &str = "\
A function of mailtrail, besides those that log groups are subscribed to, straight or through a Kinesis stream; may \
be repeated";

pub(crate) const DOCTOR_ARCHIVE: &str = "\
An archive, besides those of the functions: a directory, file:///…, or s3://bucket/prefix";

pub(crate) const DOCTOR: &str = "\
A snapshot (--save) holds names, ARNs, policies and settings, and of the functions' environment only what the checks \
need; of log events it holds nothing. MAILTRAIL_ARCHIVE names an archive where --archive does not.

What it needs to be allowed: sts:GetCallerIdentity, workmail:ListOrganizations, \
workmail:DescribeEmailMonitoringConfiguration, logs:DescribeResourcePolicies, logs:DescribeLogGroups, \
logs:ListTagsForResource, logs:DescribeDeliverySources, logs:DescribeDeliveryDestinations, logs:DescribeDeliveries, \
logs:DescribeConfigurationTemplates, logs:DescribeAccountPolicies, logs:DescribeSubscriptionFilters, \
logs:GetDataProtectionPolicy, logs:DescribeLogStreams, lambda:GetFunctionConfiguration, lambda:GetPolicy, \
lambda:ListEventSourceMappings, firehose:DescribeDeliveryStream, firehose:ListTagsForDeliveryStream, \
s3:ListBucket, s3:GetBucketPolicy, s3:GetEncryptionConfiguration, kms:DescribeKey, kms:GetKeyPolicy, iam:GetRole.

Examples:
  mailtrail doctor
  mailtrail doctor --all --region us-east-1
  mailtrail doctor --function mailtrail-cloudtrail-activity --log-group /example/trail
  mailtrail doctor --save facts.json --json | jq -r 'select(.severity == \"broken\") | .fix'
  mailtrail doctor facts.json
  mailtrail doctor --checks

Exit codes:
  0  everything is in order
  1  failed
  2  wrong usage
  3  something needs a look, is broken, or could not be seen";
