"""What can be wrong with an account's logging: one thing each, and what the doctor is to find."""

import datetime
import json

from account.documents import AWS_WRITTEN, compact, policy
from account.fixtures import DATA_PROTECTION
from doctoring import ARCHIVE, AUDIT, DELIVERY, EVENTS, FUNCTION, LOG_DELIVERY_ROLE, LOG_TYPES, OWN_LOGS, STREAM
from doctoring import TARGET, bucket_policy, key_policy, statement, to_bucket
from identity_faults import DAY_MS, another_service_is_trusted, archive_stands_still
from identity_faults import conditions_and_only_probes, conditions_that_nothing_shows_to_hold
from identity_faults import directory_was_not_saved, errors_of_a_stream_are_not_logged
from identity_faults import events_are_missing, events_failed, failed_records_are_ignored, failures_go_nowhere, filter_without_origin
from identity_faults import failed_records_are_kept, failed_records_go_nowhere
from identity_faults import function_is_never_invoked, function_may_not_write, key_that_the_function_may_not_use
from identity_faults import nothing_arrives, only_probes_arrive, role_is_gone, role_is_kept_small
from identity_faults import role_may_by_a_managed_policy_write_elsewhere, role_may_do_nothing
from identity_faults import stream_does_not_deliver, stream_may_not_write, topic_without_subscribers
from programs import REGION
from samples import ACCOUNT

BROKEN, LOOK, UNKNOWN = "broken", "look", "unknown"
STRANGER = "444455556666"


def off(installation):
    del installation.workmail.monitoring[installation.organization]


def group_is_gone(installation):
    installation.log_email_events_to("/aws/workmail/emailevents/gone")


def retention(installation):
    installation.logs.groups.put_retention_policy({"logGroupName": EVENTS, "retentionInDays": 60})


def masked(installation):
    document = json.dumps(DATA_PROTECTION)
    installation.logs.settings.put_data_protection_policy({"logGroupIdentifier": EVENTS, "policyDocument": document})


def masked_everywhere(installation):
    document = json.dumps(DATA_PROTECTION)
    request = {"policyName": "mask", "policyType": "DATA_PROTECTION_POLICY", "policyDocument": document}
    installation.logs.settings.put_account_policy(request)


def not_delivered(installation):
    del installation.logs.deliveries.deliveries[installation.delivery(LOG_TYPES[1])["id"]]


def organization_is_gone(installation):
    """Another one, so that this one is still in order."""
    arn = installation.fixtures.organization("former")
    request = {"name": "former", "resourceArn": arn, "logType": LOG_TYPES[0]}
    installation.logs.deliveries.put_delivery_source(request)
    installation.workmail.remove(arn.rsplit("/", 1)[1])


def field_is_missing(installation):
    installation.delivery(LOG_TYPES[1])["recordFields"] = ["organization_id"]


def lines_of_text(installation):
    installation.logs.deliveries.destinations["audit"]["outputFormat"] = "plain"


def audit_group_is_gone(installation):
    installation.logs.groups.delete_log_group({"logGroupName": AUDIT})


def audit_group_of_a_wildcard_is_gone(installation):
    installation.fixtures.wildcard()
    audit_group_is_gone(installation)


def no_one_may_write(installation):
    installation.fixtures.policy(AWS_WRITTEN, installation.fixtures.delivery_policy([EVENTS]))
    installation.logs.groups.find(AUDIT).policy = None


def delivery_role_is_gone(installation):
    installation.iam.delete_role(RoleName=LOG_DELIVERY_ROLE)


def not_subscribed(installation):
    installation.logs.groups.find(EVENTS).subscription_filters.clear()


def others_read(installation):
    """A data stream that a function reads which is not mailtrail's."""
    installation.fixtures.function("siem")
    installation.data_stream(EVENTS, siem="Enabled")


def reading_is_off(installation):
    installation.data_stream(EVENTS, **{FUNCTION: "Disabled"})


def slots_are_taken(installation):
    installation.logs.groups.find(EVENTS).subscription_filters.clear()
    for name in ("siem", "metrics"):
        installation.fixtures.function(name)
        installation.subscribe(EVENTS, name=name, to=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")


def swallowed(installation):
    installation.subscribe(EVENTS, pattern="BOUNCED")


def swallowed_by_the_account(installation):
    """By the pattern of an account-level filter, the only one that reaches the function."""
    whole_account(installation, pattern="BOUNCED", selection=f'LogGroupName NOT IN ["{OWN_LOGS}"]')
    installation.logs.groups.find(EVENTS).subscription_filters.clear()


def may_not_invoke(installation):
    installation.forbid_invocation()


def may_not_invoke_the_alias(installation):
    installation.subscribe_an_alias(EVENTS)


def function_is_open(installation):
    installation.forbid_invocation()
    installation.allow_invocation()


def function_is_full(installation):
    installation.forbid_invocation()
    installation.allow_invocation(50, **installation.source)


def function_failed(installation):
    installation.place.functions.states[FUNCTION] = "Failed"


def archive_in_a_folder(installation):
    installation.place.functions.environments[FUNCTION]["MAILTRAIL_ARCHIVE"] = "/tmp/archive"


def own_logs(installation):
    installation.subscribe(OWN_LOGS)


def own_logs_by_a_stream(installation):
    installation.data_stream(OWN_LOGS, **{FUNCTION: "Enabled"})


def logs_of_the_pipeline(installation):
    """Of a function of the pipeline that nothing is subscribed to."""
    group = "/aws/lambda/mailtrail-policy-audit"
    installation.fixtures.log_group(group)
    installation.subscribe(group)
    installation.place.functions.environments[FUNCTION]["MAILTRAIL_OWN_LOG_GROUPS"] = group


def whole_account(installation, pattern="", **selection):
    document = {"DestinationArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}", "FilterPattern": pattern}
    request = {"policyName": "all", "policyType": "SUBSCRIPTION_FILTER_POLICY", "policyDocument": compact(document)}
    criteria = {"selectionCriteria": selection["selection"]} if selection else {}
    installation.logs.settings.put_account_policy(request | criteria)


def create_stream_anew(installation, **settings):
    installation.firehose.delete_delivery_stream(DeliveryStreamName=STREAM)
    tags = [{"Key": "LogDeliveryEnabled", "Value": "true"}]
    installation.firehose.create_delivery_stream(DeliveryStreamName=STREAM, Tags=tags, **settings)


def no_tag(installation):
    installation.firehose.untag_delivery_stream(DeliveryStreamName=STREAM, TagKeys=["LogDeliveryEnabled"])


def another_tag(installation):
    tags = [{"Key": "LogDeliveryEnabled", "Value": "TRUE"}]
    installation.firehose.tag_delivery_stream(DeliveryStreamName=STREAM, Tags=tags)


def stream_is_gone(installation):
    installation.firehose.delete_delivery_stream(DeliveryStreamName=STREAM)


def stream_reads_kinesis(installation):
    stream = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/events"
    source = {"KinesisStreamARN": stream, "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/firehose"}
    create_stream_anew(
        installation,
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration=source,
        ExtendedS3DestinationConfiguration=to_bucket(),
    )


def stream_unpacks(installation):
    """https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html"""
    parameters = [{"ParameterName": "CompressionFormat", "ParameterValue": "GZIP"}]
    processing = {"Enabled": True, "Processors": [{"Type": "Decompression", "Parameters": parameters}]}
    create_stream_anew(installation, ExtendedS3DestinationConfiguration=to_bucket(ProcessingConfiguration=processing))


def bucket_is_gone(installation):
    installation.s3.delete_bucket(Bucket=TARGET)


def bucket_of_a_stranger(installation):
    installation.border.owners[TARGET] = STRANGER


def bucket_is_closed(installation):
    installation.s3.delete_bucket_policy(Bucket=TARGET)


def any_acl(installation):
    installation.bucket_policy(TARGET, bucket_policy(acl=False))


def noise(installation):
    installation.bucket_policy(TARGET, bucket_policy(look=["s3:GetBucketAcl"]))


def trap(installation):
    trap = {"Sid": "Trap", "Effect": "Deny", "NotPrincipal": DELIVERY, "Action": "s3:DeleteObject"}
    document = bucket_policy()
    document["Statement"].append({**trap, "Resource": f"arn:aws:s3:::{TARGET}/*"})
    installation.bucket_policy(TARGET, document)


def bucket_is_open(installation):
    owned = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    installation.bucket_policy(TARGET, bucket_policy(**owned))


def bucket_two_accounts(installation):
    document = compact(bucket_policy()).replace(f":{ACCOUNT}:delivery", f":{STRANGER}:delivery")
    installation.bucket_policy(TARGET, json.loads(document))


def key_of_aws(installation):
    installation.encrypt(None)


def key_is_closed(installation):
    installation.kms.put_key_policy(KeyId=installation.key, PolicyName="default", Policy=compact(key_policy("kms:Decrypt")))


def key_is_open(installation):
    document = compact(policy(statement(DELIVERY, "kms:*", "*")))
    installation.kms.put_key_policy(KeyId=installation.key, PolicyName="default", Policy=document)


def key_is_disabled(installation):
    installation.kms.disable_key(KeyId=installation.key.rsplit("/", 1)[1])


def policy_is_full(installation):
    installation.fixtures.full_of_dead_groups(name="full")


def archive_is_gone(installation):
    installation.place.functions.environments[FUNCTION]["MAILTRAIL_ARCHIVE"] = "s3://example-gone/mail"


def archive_of_anybody(installation):
    del installation.place.functions.environments[FUNCTION]["MAILTRAIL_ARCHIVE_OWNER"]


def archive_of_a_stranger(installation):
    installation.border.owners[ARCHIVE] = STRANGER


def archive_is_open(installation):
    installation.bucket_policy(ARCHIVE, policy(statement(DELIVERY, "s3:PutObject", f"arn:aws:s3:::{ARCHIVE}/*")))


def archive_is_closed(installation):
    deny = statement("*", "s3:PutObject", f"arn:aws:s3:::{ARCHIVE}/*") | {"Effect": "Deny"}
    installation.bucket_policy(ARCHIVE, policy(deny))


def archive_key_is_gone(installation):
    key = installation.kms.create_key()["KeyMetadata"]
    installation.kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    installation.place.functions.environments[FUNCTION]["MAILTRAIL_ARCHIVE_KMS_KEY"] = key["Arn"]


def archive_default_key_is_disabled(installation):
    key = installation.kms.create_key()["KeyMetadata"]
    installation.encrypt(key["Arn"], ARCHIVE)
    installation.kms.disable_key(KeyId=key["KeyId"])


def older_events(installation):
    installation.event(EVENTS, "old", age=5 * DAY_MS)


def after_the_end(facts):
    """The first of April 2027: WorkMail ended the day before."""
    facts["at"] = int(datetime.datetime(2027, 4, 1, tzinfo=datetime.UTC).timestamp() * 1000)
    for group in facts["log_groups"]:
        group["last_event"] = {"state": "seen", "at": facts["at"], "value": facts["at"] - DAY_MS}
    for archive in facts["archives"]:
        archive["days"]["value"]["last"] = "20270331"
        for directory in archive["directories"]["value"]:
            directory["as_of"] = facts["at"] - DAY_MS


def account_was_not_read(facts):
    facts["unread"] = "sts:GetCallerIdentity: AccessDenied: no"


# Faults of an account.
FAULTS = [
    (off, [("email-events", BROKEN)]),
    (group_is_gone, [("email-log-group", BROKEN)]),
    (retention, [("email-retention", LOOK)]),
    (role_is_gone, [("email-role", BROKEN)]),
    (another_service_is_trusted, [("email-role", BROKEN)]),
    (conditions_that_nothing_shows_to_hold, [("email-role", UNKNOWN)]),
    (role_may_do_nothing, [("email-role-permissions", BROKEN)]),
    (role_may_by_a_managed_policy_write_elsewhere, [("email-role-permissions", BROKEN)]),
    (role_is_kept_small, [("email-role-permissions", BROKEN)]),
    (nothing_arrives, [("email-events-arriving", LOOK)]),
    (only_probes_arrive, [("email-events-arriving", LOOK)]),
    (conditions_and_only_probes, [("email-role", UNKNOWN)]),
    (masked, [("masking", LOOK)]),
    (masked_everywhere, [("masking", LOOK)]),
    (not_delivered, [("audit-log-delivered", BROKEN)]),
    (organization_is_gone, [("audit-log-active", BROKEN)]),
    (field_is_missing, [("audit-log-fields", BROKEN)]),
    (lines_of_text, [("audit-log-format", LOOK)]),
    (audit_group_of_a_wildcard_is_gone, [("audit-log-destination", BROKEN)]),
    # The entry of a log group that is gone is a dead one.
    (audit_group_is_gone, [("audit-log-destination", BROKEN), ("resource-policy", LOOK)]),
    (no_one_may_write, [("audit-log-allowed", BROKEN)]),
    (delivery_role_is_gone, [("log-delivery-role", BROKEN)]),
    (not_subscribed, [("subscribed", BROKEN)]),
    (others_read, [("subscribed", BROKEN)]),
    (reading_is_off, [("subscribed", BROKEN)]),
    (slots_are_taken, [("filter-slots", BROKEN)]),
    (swallowed, [("filter-pattern", LOOK)]),
    (swallowed_by_the_account, [("filter-pattern", LOOK)]),
    (may_not_invoke, [("invoke-permission", BROKEN)]),
    (may_not_invoke_the_alias, [("invoke-permission", BROKEN)]),
    (function_is_open, [("function-policy-source", LOOK)]),
    (function_is_full, [("function-policy-room", LOOK)]),
    (function_failed, [("function-active", BROKEN)]),
    (function_may_not_write, [("function-role", BROKEN)]),
    (key_that_the_function_may_not_use, [("function-key", BROKEN)]),
    (function_is_never_invoked, [("function-concurrency", BROKEN)]),
    (events_failed, [("function-on-failure", BROKEN)]),
    (failed_records_are_kept, [("function-on-failure", BROKEN)]),
    (failures_go_nowhere, [("function-on-failure", LOOK)]),
    (failed_records_go_nowhere, [("function-on-failure", LOOK)]),
    (topic_without_subscribers, [("topic-subscribers", LOOK)]),
    (filter_without_origin, [("filter-system-fields", LOOK)]),
    (failed_records_are_ignored, [("reader-failed-records", BROKEN)]),
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
    (stream_may_not_write, [("stream-role", BROKEN)]),
    (stream_does_not_deliver, [("stream-delivering", BROKEN)]),
    (errors_of_a_stream_are_not_logged, [("stream-delivering", UNKNOWN)]),
    (archive_stands_still, [("archive-newest", BROKEN)]),
    (events_are_missing, [("archive-coverage", BROKEN)]),
    (directory_was_not_saved, [("archive-directory", LOOK)]),
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
# Faults that come with time, and with another caller: of a snapshot of an account in order.
FAULTS_OF_A_SNAPSHOT = [
    (after_the_end, [("workmail-end", LOOK)]),
    (account_was_not_read, [("account-read", UNKNOWN)]),
]
