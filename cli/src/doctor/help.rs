//! The longer texts of `mailtrail doctor --help`.

pub(crate) const ABOUT: &str = "\
Check the logging of an account, and say how to fix what is wrong

Reads one account in one Region and changes nothing: WorkMail's email events and audit logs, log groups and their \
subscription filters, functions, Firehose streams, buckets, KMS keys, policies, and the archive. The checks start \
from the WorkMail organizations, and follow what each resource refers to; --function, --stream and --log-group add \
others. Every finding says what was read, why it matters, and how to fix it. What could not be read is reported as \
unknown, with the call that failed.";

pub(crate) const FUNCTION: &str = "\
Also this function of mailtrail, besides those that subscription filters send to, directly or through a Kinesis data \
stream; may be repeated";

pub(crate) const ARCHIVE: &str = "\
Also this archive, besides those of the functions: a directory, file:///…, or s3://bucket/prefix";

pub(crate) const AFTER: &str = "\
A snapshot (--save) contains names, ARNs, policies and settings, only those environment variables of functions that the \
checks need, and no log events. MAILTRAIL_ARCHIVE sets the archive where --archive does not.

Required permissions: sts:GetCallerIdentity, workmail:ListOrganizations, \
workmail:DescribeEmailMonitoringConfiguration, logs:DescribeResourcePolicies, logs:DescribeLogGroups, \
logs:ListTagsForResource, logs:DescribeDeliverySources, logs:DescribeDeliveryDestinations, logs:DescribeDeliveries, \
logs:DescribeConfigurationTemplates, logs:DescribeAccountPolicies, logs:DescribeSubscriptionFilters, \
logs:GetDataProtectionPolicy, logs:DescribeLogStreams, lambda:GetFunctionConfiguration, lambda:GetPolicy, \
lambda:ListEventSourceMappings, firehose:DescribeDeliveryStream, firehose:ListTagsForDeliveryStream, \
s3:ListBucket, s3:GetBucketPolicy, s3:GetEncryptionConfiguration, kms:DescribeKey, kms:GetKeyPolicy, iam:GetRole.

Exit codes:
  0  everything is in order
  1  failed
  2  wrong usage
  3  done, and there are findings: broken, a warning, or unknown

Examples:
  mailtrail doctor
  mailtrail doctor --all --region us-east-1
  mailtrail doctor --function mailtrail-cloudtrail-activity --log-group /example/trail
  mailtrail doctor --save facts.json --json | jq -r 'select(.severity == \"broken\") | .fix'
  mailtrail doctor facts.json
  mailtrail doctor --checks";
