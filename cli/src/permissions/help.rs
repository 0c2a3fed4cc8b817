//! The longer texts of `mailtrail permissions --help`.

pub(crate) const ABOUT: &str = "\
Print what must be allowed for the logs of a service to arrive

For one service and one destination: the policy of whoever sets the logs up, the policies of log group, bucket and \
key, the role and its trust; filled in, and closed to confused deputies: whoever lets a service in asks for \
aws:SourceAccount and aws:SourceArn.

Nothing is asked of AWS, and nothing is changed. What is not given is filled by an example, and stderr says so.";

pub(crate) const DESTINATION: &str = "Where the logs go: cloudwatch-logs, s3 or firehose";

pub(crate) const AFTER: &str = "\
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
