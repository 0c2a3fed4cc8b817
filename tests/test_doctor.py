"""`mailtrail doctor` over an account in order, and over the same account with one thing broken at a time."""

import json

import pytest

from account.documents import AWS_WRITTEN, compact, policy
from account.plant import DATA_PROTECTION
from doctoring import ARCHIVE, AUDIT, EVENTS, FUNCTION, LOG_DELIVERY_ROLE, LOG_TYPES, OWN_LOGS, ROLE, STREAM, TARGET
from doctoring import DELIVERY, Planted, bucket_policy, key_policy, statement
from programs import DONE, FAILED, NEEDS_A_LOOK, REGION, WRONG_USAGE
from samples import ACCOUNT

BROKEN, LOOK, UNKNOWN = "broken", "look", "unknown"
KEYS = {"id", "subject", "severity", "resource", "seen", "why", "fix"}
DAY_MS = 24 * 3_600_000


@pytest.fixture
def planted(account, moto):
    """An account in order."""
    return Planted(account, moto)


@pytest.fixture
def doctor(mailtrail, planted):
    """Runs `mailtrail doctor`."""
    return lambda *arguments: mailtrail.run("doctor", *arguments, env=planted.environment())


def findings(run):
    """What `--json` printed: an object a line."""
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert found and all(set(finding) == KEYS for finding in found)
    return found


def wrong(run):
    """The checks that are not in order, once each."""
    return sorted({(finding["id"], finding["severity"]) for finding in findings(run) if finding["severity"] != "ok"})


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


def nobody_is_let_in(planted):
    planted.plant.policy(AWS_WRITTEN, planted.plant.delivery_policy([EVENTS]))
    planted.logs.groups.find(AUDIT).policy = None


def delivery_role_is_gone(planted):
    planted.iam.delete_role(RoleName=LOG_DELIVERY_ROLE)


def not_subscribed(planted):
    planted.logs.groups.find(EVENTS).subscription_filters.clear()


def swallowed(planted):
    planted.subscribe(EVENTS, pattern="BOUNCED")


def may_not_invoke(planted):
    planted.forbid_invocation()


def function_is_open(planted):
    planted.forbid_invocation()
    planted.allow_invocation()


def function_is_full(planted):
    planted.forbid_invocation()
    source = {"SourceAccount": ACCOUNT, "SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"}
    planted.allow_invocation(50, **source)


def function_failed(planted):
    planted.place.functions.states[FUNCTION] = "Failed"


def archive_in_a_folder(planted):
    planted.place.functions.environments[FUNCTION]["MAILTRAIL_ARCHIVE"] = "/tmp/archive"


def own_logs(planted):
    planted.subscribe(OWN_LOGS)


def whole_account(planted):
    document = {"DestinationArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}", "FilterPattern": ""}
    request = {"policyName": "all", "policyType": "SUBSCRIPTION_FILTER_POLICY", "policyDocument": compact(document)}
    planted.logs.settings.put_account_policy(request)


def no_tag(planted):
    planted.place.firehose.streams[STREAM].clear()


def another_tag(planted):
    planted.place.firehose.streams[STREAM]["LogDeliveryEnabled"] = "TRUE"


def stream_is_gone(planted):
    del planted.place.firehose.streams[STREAM]


def stream_reads_kinesis(planted):
    planted.place.firehose.descriptions[STREAM] = {"DeliveryStreamType": "KinesisStreamAsSource"}


def stream_unpacks(planted):
    planted.place.firehose.unpack(STREAM)


def bucket_is_gone(planted):
    planted.s3.delete_bucket(Bucket=TARGET)


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
    document = compact(bucket_policy()).replace(f":{ACCOUNT}:delivery", ":444455556666:delivery")
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


def archive_is_closed(planted):
    deny = statement("*", "s3:PutObject", f"arn:aws:s3:::{ARCHIVE}/*") | {"Effect": "Deny"}
    planted.bucket_policy(ARCHIVE, policy(deny))


def archive_key_is_gone(planted):
    key = planted.kms.create_key()["KeyMetadata"]
    planted.kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    planted.place.functions.environments[FUNCTION]["MAILTRAIL_ARCHIVE_KMS_KEY"] = key["Arn"]


def older_events(planted):
    old = planted.place.now() - 5 * DAY_MS
    planted.logs.events.create_log_stream({"logGroupName": EVENTS, "logStreamName": "old"})
    event = [{"timestamp": old, "message": "{}"}]
    planted.logs.events.put_log_events({"logGroupName": EVENTS, "logStreamName": "old", "logEvents": event})
    planted.s3.delete_bucket_policy(Bucket=ARCHIVE)
    objects = planted.s3.list_objects_v2(Bucket=ARCHIVE)["Contents"]
    planted.s3.delete_object(Bucket=ARCHIVE, Key=objects[0]["Key"])


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
    # The entry of a log group that is gone is a dead one.
    (audit_group_is_gone, [("audit-log-destination", BROKEN), ("resource-policy", LOOK)]),
    (nobody_is_let_in, [("audit-log-allowed", BROKEN)]),
    (delivery_role_is_gone, [("log-delivery-role", BROKEN)]),
    (not_subscribed, [("subscribed", BROKEN)]),
    (swallowed, [("filter-pattern", LOOK)]),
    (may_not_invoke, [("invoke-permission", BROKEN)]),
    (function_is_open, [("function-policy-source", LOOK)]),
    (function_is_full, [("function-policy-room", LOOK)]),
    (function_failed, [("function-active", BROKEN)]),
    (own_logs, [("own-logs-subscribed", BROKEN)]),
    (whole_account, [("account-filter-loop", BROKEN)]),
    (no_tag, [("stream-tag", BROKEN)]),
    (another_tag, [("stream-tag", BROKEN)]),
    (stream_is_gone, [("stream-active", BROKEN)]),
    (stream_reads_kinesis, [("stream-source", BROKEN)]),
    (stream_unpacks, [("stream-decompression", BROKEN)]),
    (bucket_is_gone, [("bucket-owner", BROKEN)]),
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
    (archive_is_closed, [("archive-open", BROKEN)]),
    (archive_key_is_gone, [("archive-key", BROKEN)]),
    (older_events, [("archived-from-the-start", LOOK)]),
]


def test_an_intact_account_is_clean(doctor):
    run = doctor("--json").expect(DONE)
    assert wrong(run) == [] and run.stderr == ""
    assert "✓" in doctor().expect(DONE).stdout


def test_nothing_is_changed(doctor, planted):
    doctor("--json").expect(DONE)
    reads = ("Describe", "Get", "List", "Head")
    assert planted.account.calls and all(call.operation.startswith(reads) for call in planted.account.calls)


@pytest.mark.parametrize(("plant", "expected"), FAULTS, ids=[plant.__name__ for plant, _ in FAULTS])
def test_one_fault_is_found_and_nothing_else(doctor, planted, plant, expected):
    plant(planted)
    run = doctor("--json").expect(NEEDS_A_LOOK)
    assert wrong(run) == expected, run.stdout
    assert all(finding["fix"] for finding in findings(run) if finding["severity"] != "ok")


def test_a_function_without_an_archive_is_found_where_it_is_named(doctor, planted):
    archive_in_a_folder(planted)
    run = doctor("--json", "--function", FUNCTION).expect(NEEDS_A_LOOK)
    assert ("function-archive", BROKEN) in wrong(run)
    assert findings(run)[0]["resource"].startswith(planted.organization)


REFUSED = {
    "ListOrganizations": "email-events",
    "DescribeEmailMonitoringConfiguration": "email-events",
    "DescribeDeliveries": "audit-log-delivered",
    "DescribeConfigurationTemplates": "audit-log-fields",
    "DescribeLogGroups": "email-log-group",
    "DescribeSubscriptionFilters": "subscribed",
    "DescribeAccountPolicies": "account-filter-loop",
    "DescribeLogStreams": "archived-from-the-start",
    "DescribeResourcePolicies": "resource-policy",
    "GetDataProtectionPolicy": "masking",
    "GetFunctionConfiguration": "function-active",
    "GetPolicy": "invoke-permission",
    "DescribeDeliveryStream": "stream-active",
    "ListTagsForDeliveryStream": "stream-tag",
}


@pytest.mark.parametrize(("operation", "check"), REFUSED.items(), ids=REFUSED)
def test_what_may_not_be_read_is_said_and_not_guessed(doctor, planted, operation, check):
    planted.account.faults.fail(operation, "AccessDeniedException", nth=None)
    run = doctor("--json").expect(NEEDS_A_LOOK)
    unknown = [finding for finding in findings(run) if finding["severity"] == UNKNOWN]
    assert check in {finding["id"] for finding in unknown}
    assert any(f":{operation} " in finding["seen"] or f"{operation}: " in finding["seen"] for finding in unknown)
    assert not [finding for finding in findings(run) if finding["severity"] == BROKEN], run.stdout


def test_a_snapshot_says_the_same_as_the_account(doctor, planted, tmp_path, mailtrail):
    retention(planted)
    path = tmp_path / "facts.json"
    live = doctor("--json", "--save", path).expect(NEEDS_A_LOOK)
    again = mailtrail.run("doctor", "--json", path).expect(NEEDS_A_LOOK)
    assert again.stdout == live.stdout
    piped = mailtrail.run("doctor", "--json", "-", stdin=path.read_bytes()).expect(NEEDS_A_LOOK)
    assert piped.stdout == live.stdout


def test_a_snapshot_keeps_of_the_environment_only_what_is_needed(doctor, planted, tmp_path):
    planted.place.functions.environments[FUNCTION]["PASSWORD"] = "hunter2"
    path = tmp_path / "facts.json"
    doctor("--save", path).expect(DONE)
    assert "MAILTRAIL_ARCHIVE" in path.read_text() and "hunter2" not in path.read_text()


def test_a_file_that_is_no_snapshot_is_refused_by_name(mailtrail, tmp_path):
    path = tmp_path / "other.json"
    path.write_text('{"account_policies": []}')
    refused = mailtrail.run("doctor", path).expect(FAILED)
    assert str(path) in refused.stderr and "mailtrail doctor --save" in refused.stderr
    missing = mailtrail.run("doctor", tmp_path / "missing.json").expect(FAILED)
    assert "missing.json" in missing.stderr


def test_an_organization_that_is_not_there_is_named(doctor):
    assert "nowhere" in doctor("--organization", "nowhere").expect(FAILED).stderr


def test_a_file_and_an_account_exclude_each_other(mailtrail):
    mailtrail.run("doctor", "facts.json", "--organization", "example").expect(WRONG_USAGE)


def test_people_are_told_what_was_seen_why_it_matters_and_what_to_do(doctor, planted):
    retention(planted)
    no_tag(planted)
    told = doctor().expect(NEEDS_A_LOOK).stdout
    head, rest = told.split("\n", 1)
    assert head.startswith(f"account {ACCOUNT}, Region {REGION}, 20")
    assert rest.split("\nSubscriptions")[0] == GOLDEN_HEAD
    assert GOLDEN_STREAM in rest
    assert "1 broken, 1 to look at, " in rest.splitlines()[-1]
    assert len(doctor("--all").expect(NEEDS_A_LOOK).stdout.splitlines()) > len(told.splitlines())


GOLDEN_HEAD = f"""
WorkMail email events
  ! email-retention {EVENTS}: kept 3 days only
    why  CloudWatch Logs tries a failing function for a day; after that only the log group has the events.
    fix  aws logs put-retention-policy --log-group-name {EVENTS} --retention-in-days 30 --region {REGION}
  ✓ 6 in order

WorkMail audit logs
  ✓ 33 in order
"""
GOLDEN_STREAM = f"""
Firehose streams
  ✗ stream-tag {STREAM}: it has no tag LogDeliveryEnabled
    why  No tag, no stream: neither mailtrail nor log delivery writes to a stream unless LogDeliveryEnabled is true, \
exactly.
    fix  aws firehose tag-delivery-stream --delivery-stream-name {STREAM} --tags Key=LogDeliveryEnabled,Value=true \
--region {REGION}
  ✓ 3 in order
"""
