"""Log groups and log delivery in the account of the tests: settings, limits, conflicts, and what arrives where."""

import botocore.exceptions
import pytest

from account.asking import code, document, log_group, refused
from account.logs.reading import Hostility
from programs import REGION
from samples import ACCOUNT


@pytest.fixture
def logs(account):
    """CloudWatch Logs in the account."""
    return account.client("logs")


def test_a_log_group_has_one_name_and_is_guarded_by_its_protection(logs):
    logs.create_log_group(logGroupName="a", deletionProtectionEnabled=True, tags={"k": "v"})
    assert code(logs.create_log_group, logGroupName="a") == "ResourceAlreadyExistsException"
    assert code(logs.create_log_group, logGroupName="aws/a") == "InvalidParameterException"
    assert code(logs.create_log_group, logGroupName="b", tags={"aws:x": "y"}) == "InvalidParameterException"
    assert code(logs.delete_log_group, logGroupName="a") == "ValidationException"
    logs.put_log_group_deletion_protection(logGroupIdentifier="a", deletionProtectionEnabled=False)
    logs.delete_log_group(logGroupName="a")
    assert code(logs.delete_log_group, logGroupName="a") == "ResourceNotFoundException"


def test_a_log_group_that_was_found_by_pattern_does_not_show_its_protection(account, logs):
    account.fixtures.log_group("/example/a", deletionProtectionEnabled=True)
    (by_prefix,) = logs.describe_log_groups(logGroupNamePrefix="/example/")["logGroups"]
    (by_pattern,) = logs.describe_log_groups(logGroupNamePattern="ample")["logGroups"]
    assert by_prefix["deletionProtectionEnabled"] is True
    assert "deletionProtectionEnabled" not in by_pattern
    both = {"logGroupNamePrefix": "a", "logGroupNamePattern": "a"}
    assert code(logs.describe_log_groups, **both) == "InvalidParameterException"


def test_a_key_must_exist_and_allow_the_log_group(account, logs):
    key = account.fixtures.key("/aws/vendedlogs/*")
    logs.create_log_group(logGroupName="/aws/vendedlogs/a", kmsKeyId=key)
    assert code(logs.create_log_group, logGroupName="/example/a", kmsKeyId=key) == "InvalidParameterException"
    logs.create_log_group(logGroupName="/example/a")
    assert code(logs.associate_kms_key, logGroupName="/example/a", kmsKeyId=key) == "InvalidParameterException"
    assert "kmsKeyId" not in logs.describe_log_groups(logGroupNamePrefix="/example/")["logGroups"][0]


def test_retention_is_one_of_the_days_that_aws_knows(account, logs):
    account.fixtures.log_group("a")
    assert code(logs.put_retention_policy, logGroupName="a", retentionInDays=42) == "InvalidParameterException"
    logs.put_retention_policy(logGroupName="a", retentionInDays=30)
    assert logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 30
    logs.delete_retention_policy(logGroupName="a")
    assert "retentionInDays" not in logs.describe_log_groups()["logGroups"][0]


def test_a_log_group_has_two_subscription_filters_and_the_function_must_let_it_in(account, logs):
    audit = account.fixtures.workmail_audit()
    third = {"logGroupName": audit.group, "filterName": "third", "filterPattern": "", "destinationArn": audit.function}
    assert code(logs.put_subscription_filter, **third) == "LimitExceededException"
    logs.put_subscription_filter(**{**third, "filterName": "to-function", "filterPattern": "new"})
    account.fixtures.log_group("other")
    elsewhere = {**third, "logGroupName": "other"}
    assert refused(logs.put_subscription_filter, **elsewhere)[1].startswith("Could not execute the lambda function.")
    permission = {"FunctionName": "watch", "Action": "lambda:InvokeFunction", "Principal": "logs.amazonaws.com"}
    source = f"{log_group('other')}:*"
    account.client("lambda").add_permission(**permission, StatementId="other", SourceArn=source)
    logs.put_subscription_filter(**elsewhere)
    no_role = {**elsewhere, "destinationArn": f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/mail"}
    assert code(logs.put_subscription_filter, **no_role) == "InvalidParameterException"


def test_the_other_classes_of_log_groups_have_no_filters(account, logs):
    account.fixtures.log_group("rare", logGroupClass="INFREQUENT_ACCESS")
    function = account.fixtures.function("f")
    subscription = {"logGroupName": "rare", "filterName": "f", "filterPattern": "", "destinationArn": function}
    assert code(logs.put_subscription_filter, **subscription) == "InvalidOperationException"
    assert code(logs.filter_log_events, logGroupName="rare") == "InvalidParameterException"


def test_everything_that_a_log_group_has_can_be_read_and_written_to_another(account, logs):
    audit = account.fixtures.workmail_audit()
    old, new = audit.group, "/aws/vendedlogs/workmail/audit/example"
    (group,) = logs.describe_log_groups(logGroupNamePrefix=old)["logGroups"]
    tags = logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"]
    logs.create_log_group(logGroupName=new, kmsKeyId=group["kmsKeyId"], tags=tags, deletionProtectionEnabled=True)
    logs.put_retention_policy(logGroupName=new, retentionInDays=group["retentionInDays"])
    data = logs.get_data_protection_policy(logGroupIdentifier=old)["policyDocument"]
    logs.put_data_protection_policy(logGroupIdentifier=new, policyDocument=data)
    (index,) = logs.describe_index_policies(logGroupIdentifiers=[old])["indexPolicies"]
    logs.put_index_policy(logGroupIdentifier=new, policyDocument=index["policyDocument"])
    transformer = logs.get_transformer(logGroupIdentifier=old)["transformerConfig"]
    logs.put_transformer(logGroupIdentifier=new, transformerConfig=transformer)
    arn = f"{log_group(new)}:*"
    permission = {"FunctionName": "watch", "Action": "lambda:InvokeFunction", "Principal": "logs.amazonaws.com"}
    account.client("lambda").add_permission(**permission, StatementId="new", SourceArn=arn)
    for found in logs.describe_subscription_filters(logGroupName=old)["subscriptionFilters"]:
        del found["creationTime"]
        logs.put_subscription_filter(**{**found, "logGroupName": new})
    for found in logs.describe_metric_filters(logGroupName=old)["metricFilters"]:
        del found["creationTime"]
        logs.put_metric_filter(**{**found, "logGroupName": new})
    groups = account.place().logs.groups
    assert groups.find(new).settings() == groups.find(old).settings()


def test_tags_belong_to_the_arn_without_its_star(account, logs):
    audit = account.fixtures.workmail_audit()
    logs.tag_resource(resourceArn=audit.group_arn, tags={"superseded": "by"})
    assert logs.list_tags_for_resource(resourceArn=audit.group_arn)["tags"]["superseded"] == "by"
    assert code(logs.list_tags_for_resource, resourceArn=f"{audit.group_arn}:*") == "InvalidParameterException"
    many = {f"k{number}": "v" for number in range(49)}
    assert code(logs.tag_resource, resourceArn=audit.group_arn, tags=many) == "TooManyTagsException"
    destination = logs.get_delivery_destination(name=audit.destination)["deliveryDestination"]
    assert logs.list_tags_for_resource(resourceArn=destination["arn"])["tags"] == {"team": "mail"}


def test_a_destination_is_pointed_elsewhere_in_place_with_its_own_format_and_without_tags(account, logs):
    audit = account.fixtures.workmail_audit()
    to = account.fixtures.log_group("/aws/vendedlogs/b")
    move = {"name": audit.destination, "deliveryDestinationConfiguration": {"destinationResourceArn": to}}
    tags = {"tags": {"a": "b"}}
    assert code(logs.put_delivery_destination, **move, outputFormat="json", **tags) == "ConflictException"
    assert code(logs.put_delivery_destination, **move, outputFormat="plain") == "ValidationException"
    assert code(logs.put_delivery_destination, **move) == "ValidationException"
    moved = logs.put_delivery_destination(**move, outputFormat="json")["deliveryDestination"]
    assert moved["deliveryDestinationConfiguration"]["destinationResourceArn"] == to
    assert logs.get_delivery(id=audit.delivery)["delivery"]["deliveryDestinationArn"] == moved["arn"]
    nowhere = {"destinationResourceArn": to + "x"}
    move = {**move, "deliveryDestinationConfiguration": nowhere, "outputFormat": "json"}
    assert code(logs.put_delivery_destination, **move) == "ResourceNotFoundException"


def test_what_belongs_to_a_stack_or_to_several_deliveries_can_be_seen(account, logs):
    audit = account.fixtures.workmail_audit()
    second = account.fixtures.workmail_audit(group="/example/second", alias="second")
    shared = account.fixtures.share_destination(audit)
    account.fixtures.mark(audit.group_arn, **{"aws:cloudformation:stack-name": "example"})
    tags = logs.list_tags_for_resource(resourceArn=audit.group_arn)["tags"]
    assert tags["aws:cloudformation:stack-name"] == "example"
    to = {one["id"]: one["deliveryDestinationArn"] for one in logs.describe_deliveries()["deliveries"]}
    assert to[audit.delivery] == to[shared] != to[second.delivery]


def test_what_is_delivered_arrives_only_where_a_policy_lets_it(account, logs):
    audit = account.fixtures.workmail_audit()
    audit.log("before")
    to = account.fixtures.log_group("/aws/vendedlogs/b")
    logs.put_delivery_destination(
        name=audit.destination, outputFormat="json", deliveryDestinationConfiguration={"destinationResourceArn": to}
    )
    audit.log("lost")
    assert account.place().logs.deliveries.lost == {to: ["lost"]}
    account.fixtures.wildcard("granted")
    audit.log("after")
    for group, message in ((audit.group, "before"), ("/aws/vendedlogs/b", "after")):
        assert [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]] == [message]
        (stream,) = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime")["logStreams"]
        assert stream["lastIngestionTime"] >= stream["creationTime"]


def test_one_resource_has_one_source_and_one_delivery_of_each_type(account, logs):
    audit = account.fixtures.workmail_audit()
    twice = {"name": "twice", "resourceArn": audit.organization, "logType": audit.log_type}
    assert code(logs.put_delivery_source, **twice) == "ConflictException"
    other = {**twice, "name": audit.source, "resourceArn": account.fixtures.organization("other")}
    assert code(logs.put_delivery_source, **other) == "ConflictException"
    assert code(logs.put_delivery_source, **{**twice, "logType": "NO_SUCH_LOGS"}) == "ValidationException"
    to = {"destinationResourceArn": audit.group_arn}
    second = logs.put_delivery_destination(name="second", deliveryDestinationConfiguration=to)["deliveryDestination"]
    same = {"deliverySourceName": audit.source, "deliveryDestinationArn": second["arn"]}
    assert code(logs.create_delivery, **same) == "ConflictException"
    to = {"destinationResourceArn": account.fixtures.stream("bridge")}
    bridge = logs.put_delivery_destination(name="bridge", deliveryDestinationConfiguration=to)["deliveryDestination"]
    logs.create_delivery(deliverySourceName=audit.source, deliveryDestinationArn=bridge["arn"])
    audit.log("both")
    assert account.place().logs.deliveries.elsewhere == {to["destinationResourceArn"]: ["both"]}


def test_what_is_in_use_cannot_be_deleted_and_what_is_being_updated_must_be_waited_for(account, logs):
    audit = account.fixtures.workmail_audit()
    assert code(logs.delete_delivery_source, name=audit.source) == "ConflictException"
    assert code(logs.delete_delivery_destination, name=audit.destination) == "ConflictException"
    account.place().logs.deliveries.refusals_while_updating = 2
    logs.update_delivery_configuration(id=audit.delivery, recordFields=[])
    busy = "Requested resource is currently being updated. Please try again later."
    assert refused(logs.delete_delivery, id=audit.delivery) == ("ConflictException", busy)
    assert code(logs.delete_delivery, id=audit.delivery) == "ConflictException"
    logs.delete_delivery(id=audit.delivery)
    logs.delete_delivery_source(name=audit.source)
    assert code(logs.get_delivery_source, name=audit.source) == "ResourceNotFoundException"


def test_the_source_of_an_organization_that_is_gone_is_inactive(account, logs):
    audit = account.fixtures.workmail_audit()
    assert logs.get_delivery_source(name=audit.source)["deliverySource"]["status"] == "ACTIVE"
    account.place().workmail.remove(audit.organization.rsplit("/", 1)[1])
    source = logs.describe_delivery_sources()["deliverySources"][0]
    assert (source["status"], source["statusReason"]) == ("INACTIVE", "RESOURCE_DELETED")


def test_a_new_delivery_gets_a_policy_of_its_log_group_unless_the_account_lets_it_in(account, logs):
    organization = account.fixtures.organization()
    account.fixtures.wildcard()
    for group, log_type in (("/example/a", "ACCESS_CONTROL_LOGS"), ("/aws/vendedlogs/a", "AUTHENTICATION_LOGS")):
        arn, name = account.fixtures.log_group(group), log_type.lower()
        logs.put_delivery_source(name=name, resourceArn=organization, logType=log_type)
        to = {"destinationResourceArn": arn}
        made = logs.put_delivery_destination(name=name, deliveryDestinationConfiguration=to)["deliveryDestination"]
        logs.create_delivery(deliverySourceName=name, deliveryDestinationArn=made["arn"])
    groups = account.place().logs.groups
    assert groups.find("/example/a").policy["policyDocument"] == document("/example/a")
    assert groups.find("/aws/vendedlogs/a").policy is None


def test_workmails_deliveries_can_be_looked_up(account, logs):
    found = logs.describe_configuration_templates(service="workmail", deliveryDestinationTypes=["CWL"])
    assert len(found["configurationTemplates"]) == 5


def test_events_are_read_with_their_end_and_counted_by_the_day(account, logs):
    group = account.fixtures.log_group("a").rsplit(":", 1)[1]
    events, day = account.place().logs.events, 86_400_000
    ids = [events.log(group, "s", timestamp, "x" * 400_000) for timestamp in (day, day, 2 * day, 2 * day + 1)]
    account.place().logs.groups.find(group).created = 0
    assert len(set(ids)) == 4 and all(len(identifier) == 56 and int(identifier) >> 144 >= day for identifier in ids)
    first = logs.filter_log_events(logGroupName=group, startTime=day, endTime=2 * day)
    assert [event["eventId"] for event in first["events"]] == ids[:2], "a page has 1 MB"
    rest = {"logGroupName": group, "startTime": day, "endTime": 2 * day, "nextToken": first["nextToken"]}
    assert [event["eventId"] for event in logs.filter_log_events(**rest)["events"]] == ids[2:3]
    assert code(logs.filter_log_events, **{**rest, "endTime": 3 * day}) == "InvalidParameterException"
    query = f"filter @timestamp >= {day} and @timestamp < {3 * day} | stats count(*) as events by bin(1d)"
    asked = {"logGroupName": group, "startTime": day // 1_000, "endTime": 3 * day // 1_000}
    started = logs.start_query(**asked, queryString=query)["queryId"]
    answers = [logs.get_query_results(queryId=started) for _ in range(3)]
    assert [answer["status"] for answer in answers] == ["Scheduled", "Running", "Complete"]
    assert [row[1]["value"] for row in answers[-1]["results"]] == ["2", "2"]
    assert code(logs.start_query, **asked, queryString="fields @message") == "MalformedQueryException"
    running = logs.start_query(**asked, queryString=query)["queryId"]
    assert logs.stop_query(queryId=running)["success"]
    assert code(logs.stop_query, queryId=started) == "InvalidParameterException"
    assert logs.get_query_results(queryId=running)["status"] == "Cancelled"


def read_stream(logs, **request):
    """The messages of a log stream from its head, each page after the one before, until a token is the one that was sent."""
    messages, token = [], None
    while True:
        try:
            answer = logs.get_log_events(startFromHead=True, **request, **({"nextToken": token} if token else {}))
        except botocore.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in ("ThrottlingException", "ServiceUnavailableException"):
                raise
            continue
        messages += [event["message"] for event in answer["events"]]
        if answer["nextForwardToken"] == token:
            return messages
        token = answer["nextForwardToken"]


def test_a_log_stream_is_read_without_its_end_in_both_directions(account, logs):
    group = account.fixtures.log_group("a").rsplit(":", 1)[1]
    events = account.place().logs.events
    for timestamp in (30, 10, 20, 20):
        events.log(group, "s", timestamp, f"at {timestamp}")
    events.log(group, "other", 15, "of another log stream")
    of_stream = {"logGroupName": group, "logStreamName": "s"}
    assert read_stream(logs, **of_stream) == ["at 10", "at 20", "at 20", "at 30"]
    assert read_stream(logs, **of_stream, startTime=20, endTime=30) == ["at 20", "at 20"]
    account.faults.page_sizes["GetLogEvents"] = 3
    assert read_stream(logs, **of_stream) == ["at 10", "at 20", "at 20", "at 30"]
    latest = logs.get_log_events(**of_stream)
    assert [event["timestamp"] for event in latest["events"]] == [20, 20, 30]
    before = logs.get_log_events(**of_stream, nextToken=latest["nextBackwardToken"])
    assert [event["timestamp"] for event in before["events"]] == [10]
    first = logs.get_log_events(**of_stream, nextToken=before["nextBackwardToken"])
    assert first["events"] == [] and first["nextBackwardToken"] == before["nextBackwardToken"]
    # What comes later is after the end that was reached.
    end = logs.get_log_events(**of_stream, startFromHead=True, startTime=31)["nextForwardToken"]
    events.log(group, "s", 40, "late")
    later = logs.get_log_events(**of_stream, startFromHead=True, startTime=31, nextToken=end)
    assert [event["message"] for event in later["events"]] == ["late"]
    invalid = "InvalidParameterException"
    assert code(logs.get_log_events, **of_stream, nextToken=latest["nextForwardToken"]) == invalid
    assert code(logs.get_log_events, **of_stream, startTime=1, nextToken=latest["nextBackwardToken"]) == invalid
    assert code(logs.get_log_events, **of_stream, startTime=2, endTime=1) == invalid
    assert code(logs.get_log_events, logGroupName=group, logStreamName="none") == "ResourceNotFoundException"
    assert code(logs.get_log_events, **of_stream, logGroupIdentifier=group) == invalid


def test_a_log_stream_is_read_whole_however_hostile_its_pages_are(account, logs):
    """With pages that are empty before the end, calls that are refused, and tokens that expire."""
    group = account.fixtures.log_group("a").rsplit(":", 1)[1]
    place = account.place().logs
    expected = [f"{number:03}" for number in range(200)]
    for number, message in enumerate(expected):
        place.events.log(group, "s", number // 3, message)
    refusals, whole = set(), 0
    for seed in range(20):
        place.reading.hostility = Hostility(seed)
        try:
            assert read_stream(logs, logGroupName=group, logStreamName="s") == expected
            whole += 1
        except botocore.exceptions.ClientError as error:
            refusals.add(error.response["Error"]["Code"])
    answered = sum(call.error is None for call in account.called("GetLogEvents"))
    assert whole >= 3 and "InvalidParameterException" in refusals
    assert answered > 20 * 3, "no page was short"


def test_who_reads_a_log_stream_needs_permission_for_it(account, logs):
    group = account.fixtures.log_group("a").rsplit(":", 1)[1]
    account.place().logs.events.log(group, "s", 1, "x")
    logs.get_log_events(logGroupName=group, logStreamName="s")
    (call,) = account.called("GetLogEvents")
    assert call.needs == [("logs:GetLogEvents", f"{log_group(group)}:log-stream:s")]
