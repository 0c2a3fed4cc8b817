//! The longer texts of `mailtrail permissions --help`.

pub(crate) const ABOUT: &str = "\
Print the permissions that deliver the logs of a service

For one service and one destination: the identity-based policy of the caller that configures the logs, the policies of \
log group, bucket and key, the role and its trust policy. Every statement for a service has conditions on \
aws:SourceAccount and aws:SourceArn, against confused deputies.

Makes no calls to AWS. Missing inputs are replaced by examples, and stderr names them.";

pub(crate) const DESTINATION: &str = "The destination of the logs: cloudwatch-logs, s3 or firehose";

pub(crate) const AFTER: &str = "\
Models in --list: V1 and V2 are vended logs, which AWS delivers (under V2 with delivery source, delivery destination and \
delivery); role: the service assumes a role of yours; resource policy: the service writes with its own principal; own: by \
a mechanism of its own, which the page of the service describes.

Documents: caller_policy, console_policy, log_group_policy, bucket_policy, key_policy (for a bucket with SSE-KMS), \
stream_tags, service_linked_role_policy and service_linked_role_trust_policy (both created by AWS), role_trust_policy, \
role_policy.

Exit codes:
  0  done
  1  failed
  2  wrong usage: an unknown service, or an unsupported destination
  3  no documents: the service is allowed to log by a mechanism of its own

Examples:
  mailtrail permissions --list
  mailtrail permissions workmail s3 --account 111122223333 --region eu-west-1 --bucket example-trail
  mailtrail permissions workmail-events cloudwatch-logs --log-group workmail-monitoring --format cli
  mailtrail permissions workmail firehose --stream mail --format cloudformation > template.json
  mailtrail permissions coverage cloudwatch-logs
  mailtrail permissions coverage s3 --bucket example-trail
  mailtrail permissions directory s3 --bucket example-trail
  mailtrail permissions redrive s3 --bucket example-trail
  mailtrail permissions redrive firehose --stream mail
  mailtrail permissions waf cloudwatch-logs | jq .log_group_policy
  mailtrail permissions --list --json | jq -r 'select(.destinations.s3 == \"v2\").id'";
