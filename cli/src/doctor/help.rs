//! The longer texts of `mailtrail doctor --help`.

pub(crate) const ABOUT: &str = "\
Find out what is wrong with the logging of an account, before it breaks

Reads an account in one Region and changes nothing: WorkMail's email events and audit logs, log groups and their \
subscriptions, functions, Firehose streams, buckets, keys, policies, the archive. One thing leads to the next, from \
the organizations on; what is to be looked at besides can be named. Every finding says what was seen, why it matters, \
and what to do. What could not be seen is said to be unknown, with the call that was refused.";

pub(crate) const FUNCTION: &str = "\
A function of mailtrail, besides those that log groups are subscribed to, straight or through a Kinesis stream; may \
be repeated";

pub(crate) const ARCHIVE: &str = "\
An archive, besides those of the functions: a directory, file:///…, or s3://bucket/prefix";

pub(crate) const AFTER: &str = "\
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
