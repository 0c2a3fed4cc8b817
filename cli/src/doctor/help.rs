//! The longer texts of `mailtrail doctor --help`.

pub(crate) const ABOUT: &str = "\
Check the logging of an account, and say how to fix what is wrong

Reads accounts and Regions and changes nothing: WorkMail's email events and audit logs, log groups and their \
subscription filters, functions, roles, Firehose streams, topics, buckets, KMS keys, policies, and the archive. The \
checks start from the WorkMail organizations, and follow what each resource refers to; --function, --stream and \
--log-group add others. Every finding says what was read, why it matters, and how to fix it. In order is only what was \
read; what could not be read or evaluated is reported as unknown, with the call that failed. Whether every event of a \
log group is in the archive is not checked. Not read are policies of the organization (SCPs, RCPs), the metrics of \
streams, and which accounts the tables of Athena list.";

pub(crate) const PROBE: &str = "\
Send a marked event through a log group, its subscription filter, function and archive, and wait until it is in the \
archive; activity, search and watch lists leave it out";

pub(crate) const FUNCTION: &str = "\
Also this function of mailtrail, besides those that subscription filters send to, directly or through a Kinesis data \
stream; may be repeated";

pub(crate) const ARCHIVE: &str = "\
Also this archive, besides those of the functions: a directory, file:///…, or s3://bucket/prefix";

pub(crate) const AFTER: &str = "\
A snapshot (--save) contains names, ARNs, policies and settings, only those environment variables of functions that the \
checks need, and no log events. MAILTRAIL_ARCHIVE sets the archive where --archive does not.

A probe is one event in a log stream of its own, mailtrail-probe/ID. Its log stream, and its event in the archive, stay. \
It also needs the permissions logs:CreateLogStream, logs:PutLogEvents, logs:GetLogEvents and logs:FilterLogEvents.

Required permissions: sts:GetCallerIdentity, workmail:ListOrganizations, \
workmail:DescribeEmailMonitoringConfiguration, logs:DescribeResourcePolicies, logs:DescribeLogGroups, \
logs:ListTagsForResource, logs:DescribeDeliverySources, logs:DescribeDeliveryDestinations, logs:DescribeDeliveries, \
logs:DescribeConfigurationTemplates, logs:DescribeAccountPolicies, logs:DescribeSubscriptionFilters, \
logs:GetDataProtectionPolicy, logs:DescribeLogStreams, lambda:GetFunctionConfiguration, lambda:GetPolicy, \
lambda:GetFunctionConcurrency, lambda:GetFunctionEventInvokeConfig, lambda:ListEventSourceMappings, \
firehose:DescribeDeliveryStream, firehose:ListTagsForDeliveryStream, \
s3:ListBucket, s3:GetObject, s3:GetBucketPolicy, s3:GetEncryptionConfiguration, kms:DescribeKey, kms:GetKeyPolicy, \
sns:GetTopicAttributes, iam:GetRole, iam:ListRoles, iam:ListRolePolicies, iam:GetRolePolicy, \
iam:ListAttachedRolePolicies, iam:GetPolicy, iam:GetPolicyVersion.

Exit codes:
  0  everything that was read is in order; the probe arrived
  1  failed
  2  wrong usage
  3  done, and there are findings: broken, a warning, or unknown; the probe did not arrive in time

Examples:
  mailtrail doctor
  mailtrail doctor --all --region us-east-1 --region eu-west-1
  mailtrail doctor --assume-role arn:aws:iam::111122223333:role/auditor
  mailtrail doctor --probe --through /example/trail
  mailtrail doctor --function mailtrail-cloudtrail-activity --log-group /example/trail
  mailtrail doctor --save facts.json --json | jq -r 'select(.severity == \"broken\") | .commands[]'
  mailtrail doctor facts.json
  mailtrail doctor --checks";
