"""What can be wrong with an account's logging: one thing each, and what the doctor is to find."""

import datetime
import json

from account.documents import AWS_WRITTEN, compact, policy
from account.plant import DATA_PROTECTION
from doctoring import ARCHIVE, AUDIT, DELIVERY, EVENTS, FUNCTION, LOG_DELIVERY_ROLE, LOG_TYPES, OWN_LOGS, ROLE, STREAM
from doctoring import TARGET, bucket_policy, key_policy, statement, to_bucket
from programs import REGION
from samples import ACCOUNT

BROKEN, LOOK = "broken", "look"
DAY_MS = 24 * 3_600_000
STRANGER = "444455556666"


def off(planted):
    del planted.workmail.monitoring[planted.organization]


def group_is_gone(planted):
    planted.log_email_events_to("/aws/workmail/emailevents/gone")


def retention(planted):
    planted.logs.groups.put_retention_policy({"logGroupName": EVENTS, "retentionInDays": 3})


def role_is_gone(planted):
    planted.iam.delete_role(RoleName=ROLE)


def role_is_open(planted):
    planted.iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=planted.trust(conditions=False))


def masked(planted):
    document = json.dumps(DATA_PROTECTION)
    planted.logs.settings.put_data_protection_policy({"logGroupIdentifier": EVENTS, "policyDocument": document})


def masked_everywhere(planted):
    document = json.dumps(DATA_PROTECTION)
    request = {"policyName": "mask", "policyType": "DATA_PROTECTION_POLICY", "policyDocument": document}
    planted.logs.settings.put_account_policy(request)


def not_delivered(planted):
    del planted.logs.deliveries.deliveries[planted.delivery(LOG_TYPES[1])["id"]]


def organization_is_gone(planted):
    """Another one, so that this one is still in order."""
    arn = planted.plant.organization("former")
    request = {"name": "former", "resourceArn": arn, "logType": LOG_TYPES[0]}
    planted.logs.deliveries.put_delivery_source(request)
    planted.workmail.remove(arn.rsplit("/", 1)[1])


def field_is_missing(planted):
    planted.delivery(LOG_TYPES[1])["recordFields"] = ["organization_id"]


def lines_of_text(planted):
    planted.logs.deliveries.destinations["audit"]["outputFormat"] = "plain"


def audit_group_is_gone(planted):
    planted.logs.groups.delete_log_group({"logGroupName": AUDIT})


def audit_group_of_a_wildcard_is_gone(planted):
    planted.plant.wildcard()
    audit_group_is_gone(planted)


def nobody_is_let_in(planted):
    planted.plant.policy(AWS_WRITTEN, planted.plant.delivery_policy([EVENTS]))
    planted.logs.groups.find(AUDIT).policy = None


def delivery_role_is_gone(planted):
    planted.iam.delete_role(RoleName=LOG_DELIVERY_ROLE)


def not_subscribed(planted):
    planted.logs.groups.find(EVENTS).subscription_filters.clear()


def others_read(planted):
    """A data stream that a function reads which is not mailtrail's."""
    planted.plant.function("siem")
    planted.data_stream(EVENTS, siem="Enabled")


def reading_is_off(planted):
    planted.data_stream(EVENTS, **{FUNCTION: "Disabled"})


def slots_are_taken(planted):
    planted.logs.groups.find(EVENTS).subscription_filters.clear()
    for name in ("siem", "metrics"):
        planted.plant.function(name)
        planted.subscribe(EVENTS, name=name, to=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")


def swallowed(planted):
    planted.subscribe(EVENTS, pattern="BOUNCED")


def may_not_invoke(planted):
    planted.forbid_invocation()


def may_not_invoke_the_alias(planted):
    planted.subscribe_an_alias(EVENTS)


def function_is_open(planted):
    planted.forbid_invocation()
    planted.allow_invocation()


def function_is_full(planted):
    planted.forbid_invocation()
    planted.allow_invocation(50, **planted.source)


def function_failed(planted):
    planted.place.functions.states[FUNCTION] = "Failed"


def archive_in_a_folder(planted):
    planted.place.functions.environments[FUNCTION]["MAILTRAIL_ARCHIVE"] = "/tmp/archive"


def own_logs(planted):
    planted.subscribe(OWN_LOGS)


def own_logs_by_a_stream(planted):
    planted.data_stream(OWN_LOGS, **{FUNCTION: "Enabled"})


def logs_of_the_pipeline(planted):
    """Of a function of the pipeline that nothing is subscribed to."""
    group = "/aws/lambda/mailtrail-policy-audit"
    planted.plant.log_group(group)
    planted.subscribe(group)
    planted.place.functions.environments[FUNCTION]["MAILTRAIL_OWN_LOG_GROUPS"] = group


def whole_account(planted):
    document = {"DestinationArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}", "FilterPattern": ""}
    request = {"policyName": "all", "policyType": "SUBSCRIPTION_FILTER_POLICY", "policyDocument": compact(document)}
    planted.logs.settings.put_account_policy(request)


def create_stream_anew(planted, **settings):
    planted.firehose.delete_delivery_stream(DeliveryStreamName=STREAM)
    tags = [{"Key": "LogDeliveryEnabled", "Value": "true"}]
    planted.firehose.create_delivery_stream(DeliveryStreamName=STREAM, Tags=tags, **settings)


def no_tag(planted):
    planted.firehose.untag_delivery_stream(DeliveryStreamName=STREAM, TagKeys=["LogDeliveryEnabled"])


def another_tag(planted):
    tags = [{"Key": "LogDeliveryEnabled", "Value": "TRUE"}]
    planted.firehose.tag_delivery_stream(DeliveryStreamName=STREAM, Tags=tags)


def stream_is_gone(planted):
    planted.firehose.delete_delivery_stream(DeliveryStreamName=STREAM)


def stream_reads_kinesis(planted):
    stream = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/events"
    source = {"KinesisStreamARN": stream, "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/firehose"}
    create_stream_anew(
        planted,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration=source,
        ExtendedS3DestinationConfiguration=to_bucket(),
    )


def stream_unpacks(planted):
    """https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html"""
    parameters = [{"ParameterName": "CompressionFormat", "ParameterValue": "GZIP"}]
    processing = {"Enabled": True, "Processors": [{"Type": "Decompression", "Parameters": parameters}]}
    create_stream_anew(planted, ExtendedS3DestinationConfiguration=to_bucket(ProcessingConfiguration=processing))


def bucket_is_gone(planted):
    planted.s3.delete_bucket(Bucket=TARGET)


def bucket_of_a_stranger(planted):
    planted.border.owners[TARGET] = STRANGER


def bucket_is_closed(planted):
    planted.s3.delete_bucket_policy(Bucket=TARGET)


def any_acl(planted):
    planted.bucket_policy(TARGET, bucket_policy(acl=False))


def noise(planted):
    planted.bucket_policy(TARGET, bucket_policy(look=["s3:GetBucketAcl"]))


def trap(planted):
    trap = {"Sid": "Trap", "Effect": "Deny", "NotPrincipal": DELIVERY, "Action": "s3:DeleteObject"}
    document = bucket_policy()
    document["Statement"].append({**trap, "Resource": f"arn:aws:s3:::{TARGET}/*"})
    planted.bucket_policy(TARGET, document)


def bucket_is_open(planted):
    owned = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    planted.bucket_policy(TARGET, bucket_policy(**owned))


def bucket_two_accounts(planted):
    document = compact(bucket_policy()).replace(f":{ACCOUNT}:delivery", f":{STRANGER}:delivery")
    planted.bucket_policy(TARGET, json.loads(document))


def key_of_aws(planted):
    planted.encrypt(None)


def key_is_closed(planted):
    planted.kms.put_key_policy(KeyId=planted.key, PolicyName="default", Policy=compact(key_policy("kms:Decrypt")))


def key_is_open(planted):
    document = compact(policy(statement(DELIVERY, "kms:*", "*")))
    planted.kms.put_key_policy(KeyId=planted.key, PolicyName="default", Policy=document)


def key_is_disabled(planted):
    planted.kms.disable_key(KeyId=planted.key.rsplit("/", 1)[1])


def policy_is_full(planted):
    planted.plant.full_of_dead_groups(name="full")


def archive_is_gone(planted):
    planted.place.functions.environments[FUNCTION]["MAILTRAIL_ARCHIVE"] = "s3://example-gone/mail"


def archive_of_anybody(planted):
    del planted.place.functions.environments[FUNCTION]["MAILTRAIL_ARCHIVE_OWNER"]


def archive_of_a_stranger(planted):
    planted.border.owners[ARCHIVE] = STRANGER


def archive_is_open(planted):
    planted.bucket_policy(ARCHIVE, policy(statement(DELIVERY, "s3:PutObject", f"arn:aws:s3:::{ARCHIVE}/*")))


def archive_is_closed(planted):
    deny = statement("*", "s3:PutObject", f"arn:aws:s3:::{ARCHIVE}/*") | {"Effect": "Deny"}
    planted.bucket_policy(ARCHIVE, policy(deny))


def archive_key_is_gone(planted):
    key = planted.kms.create_key()["KeyMetadata"]
    planted.kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    planted.place.functions.environments[FUNCTION]["MAILTRAIL_ARCHIVE_KMS_KEY"] = key["Arn"]


def archive_default_key_is_disabled(planted):
    key = planted.kms.create_key()["KeyMetadata"]
    planted.encrypt(key["Arn"], ARCHIVE)
    planted.kms.disable_key(KeyId=key["KeyId"])


def older_events(planted):
    old = planted.place.now() - 5 * DAY_MS
    planted.logs.events.create_log_stream({"logGroupName": EVENTS, "logStreamName": "old"})
    event = [{"timestamp": old, "message": "{}"}]
    planted.logs.events.put_log_events({"logGroupName": EVENTS, "logStreamName": "old", "logEvents": event})
    planted.s3.delete_bucket_policy(Bucket=ARCHIVE)
    objects = planted.s3.list_objects_v2(Bucket=ARCHIVE)["Contents"]
    planted.s3.delete_object(Bucket=ARCHIVE, Key=objects[0]["Key"])


def after_the_end(facts):
    """The first of April 2027: WorkMail ended the day before."""
    facts["at"] = int(datetime.datetime(2027, 4, 1, tzinfo=datetime.UTC).timestamp() * 1000)


# Faults of an account.
FAULTS = [
    (off, [("email-events", BROKEN)]),
    (group_is_gone, [("email-log-group", BROKEN)]),
    (retention, [("email-retention", LOOK)]),
    (role_is_gone, [("email-role", BROKEN)]),
    (role_is_open, [("email-role", LOOK)]),
    (masked, [("masking", LOOK)]),
    (masked_everywhere, [("masking", LOOK)]),
    (not_delivered, [("audit-log-delivered", BROKEN)]),
    (organization_is_gone, [("audit-log-active", BROKEN)]),
    (field_is_missing, [("audit-log-fields", BROKEN)]),
    (lines_of_text, [("audit-log-format", LOOK)]),
    (audit_group_of_a_wildcard_is_gone, [("audit-log-destination", BROKEN)]),
    # The entry of a log group that is gone is a dead one.
    (audit_group_is_gone, [("audit-log-destination", BROKEN), ("resource-policy", LOOK)]),
    (nobody_is_let_in, [("audit-log-allowed", BROKEN)]),
    (delivery_role_is_gone, [("log-delivery-role", BROKEN)]),
    (not_subscribed, [("subscribed", BROKEN)]),
    (others_read, [("subscribed", BROKEN)]),
    (reading_is_off, [("subscribed", BROKEN)]),
    (slots_are_taken, [("filter-slots", BROKEN)]),
    (swallowed, [("filter-pattern", LOOK)]),
    (may_not_invoke, [("invoke-permission", BROKEN)]),
    (may_not_invoke_the_alias, [("invoke-permission", BROKEN)]),
    (function_is_open, [("function-policy-source", LOOK)]),
    (function_is_full, [("function-policy-room", LOOK)]),
    (function_failed, [("function-active", BROKEN)]),
    (archive_in_a_folder, [("function-archive", BROKEN)]),
    (own_logs, [("own-logs-subscribed", BROKEN)]),
    (own_logs_by_a_stream, [("own-logs-subscribed", BROKEN)]),
    (logs_of_the_pipeline, [("own-logs-subscribed", BROKEN)]),
    (whole_account, [("account-filter-loop", BROKEN)]),
    (no_tag, [("stream-tag", BROKEN)]),
    (another_tag, [("stream-tag", BROKEN)]),
    (stream_is_gone, [("stream-active", BROKEN)]),
    (stream_reads_kinesis, [("stream-source", BROKEN)]),
    (stream_unpacks, [("stream-decompression", BROKEN)]),
    (bucket_is_gone, [("bucket-owner", BROKEN)]),
    (bucket_of_a_stranger, [("bucket-owner", LOOK)]),
    (bucket_is_closed, [("bucket-policy", BROKEN)]),
    (any_acl, [("bucket-acl-condition", LOOK)]),
    (noise, [("bucket-list-noise", LOOK)]),
    (trap, [("bucket-not-principal", LOOK)]),
    (bucket_is_open, [("bucket-policy-source", LOOK)]),
    # Nothing can be of two accounts, so nothing gets in.
    (bucket_two_accounts, [("bucket-policy", BROKEN), ("bucket-policy-source", LOOK)]),
    (key_of_aws, [("bucket-encryption", BROKEN)]),
    (key_is_closed, [("key-policy", BROKEN)]),
    (key_is_open, [("key-policy-source", LOOK)]),
    (key_is_disabled, [("key-state", BROKEN)]),
    (policy_is_full, [("resource-policy", LOOK)]),
    (archive_is_gone, [("archive-reached", BROKEN)]),
    (archive_of_anybody, [("archive-owner", LOOK)]),
    (archive_of_a_stranger, [("archive-owner", BROKEN)]),
    (archive_is_open, [("bucket-policy-source", LOOK)]),
    (archive_is_closed, [("archive-open", BROKEN)]),
    (archive_key_is_gone, [("archive-key", BROKEN)]),
    (archive_default_key_is_disabled, [("archive-key", BROKEN)]),
    (older_events, [("archived-from-the-start", LOOK)]),
]
# Faults that come with time: of a snapshot of an account in order.
FAULTS_OF_A_SNAPSHOT = [
    (after_the_end, [("workmail-end", LOOK)]),
]
