"""What can be wrong with roles, and with what functions and streams depend on besides: one thing each."""

from account.documents import compact, policy
from doctoring import ARCHIVE, AUDIT, ERRORS, EVENTS, FAILURES, FUNCTION, FUNCTION_MAY, FUNCTION_ROLE, ROLE, STREAM_ROLE
from doctoring import TOPIC, statement
from programs import REGION
from samples import ACCOUNT

DAY_MS = 24 * 3_600_000


def role_is_gone(installation):
    installation.iam.delete_role_policy(RoleName=ROLE, PolicyName="write")
    installation.iam.delete_role(RoleName=ROLE)


def role_may_do_nothing(installation):
    installation.iam.delete_role_policy(RoleName=ROLE, PolicyName="write")


def role_is_kept_small(installation):
    """By a permissions boundary."""
    document = compact({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    boundary = installation.iam.create_policy(PolicyName="small", PolicyDocument=document)["Policy"]["Arn"]
    installation.iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=boundary)


def role_may_by_a_managed_policy_write_elsewhere(installation):
    installation.iam.delete_role_policy(RoleName=ROLE, PolicyName="write")
    statement = {"Effect": "Allow", "Action": "logs:*", "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/other:*"}
    document = compact({"Version": "2012-10-17", "Statement": [statement]})
    attached = installation.iam.create_policy(PolicyName="elsewhere", PolicyDocument=document)["Policy"]["Arn"]
    installation.iam.attach_role_policy(RoleName=ROLE, PolicyArn=attached)


def another_service_is_trusted(installation):
    trust = compact(policy(statement({"Service": "lambda.amazonaws.com"}, "sts:AssumeRole")))
    installation.iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=trust)


def no_events(installation):
    installation.logs.groups.find(EVENTS).streams.clear()


def nothing_arrives(installation):
    no_events(installation)
    installation.logs.groups.find(EVENTS).created = installation.place.now() - 10 * DAY_MS


def conditions_that_nothing_shows_to_hold(installation):
    nothing_arrives(installation)
    installation.iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=installation.trust(conditions=True))


def function_may_not_write(installation):
    installation.allow(FUNCTION_ROLE, *FUNCTION_MAY[1:])


def function_is_never_invoked(installation):
    installation.place.functions.reserved[FUNCTION] = 0


def events_failed(installation):
    installation.s3.put_object(Bucket=FAILURES, Key=f"aws/lambda/{FUNCTION}/2026/11/20/failed", Body=b"{}")


def failures_go_nowhere(installation):
    del installation.place.functions.on_failure[FUNCTION]


def topic_without_subscribers(installation):
    for each in installation.sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]:
        installation.sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])


def stream_may_not_write(installation):
    installation.iam.delete_role_policy(RoleName=STREAM_ROLE, PolicyName="write")


def stream_does_not_deliver(installation):
    installation.event(ERRORS, "DestinationDelivery")


def filter_without_origin(installation):
    del installation.logs.groups.find(EVENTS).subscription_filters["mailtrail"]["emitSystemFields"]


def failed_records_are_kept(installation):
    """Where the mapping of a data stream keeps them: the function itself is not invoked by CloudWatch Logs."""
    for group in (EVENTS, AUDIT):
        installation.data_stream(group, **{FUNCTION: "Enabled"})
    events_failed(installation)


def failed_records_go_nowhere(installation):
    for group in (EVENTS, AUDIT):
        installation.data_stream(group, **{FUNCTION: "Enabled"})
    failures_go_nowhere(installation)


def errors_of_a_stream_are_not_logged(installation):
    installation.logs.groups.delete_log_group({"logGroupName": ERRORS})


def only_probes_arrive(installation):
    nothing_arrives(installation)
    installation.event(EVENTS, "mailtrail-probe/0123456789abcdef")


def conditions_and_only_probes(installation):
    conditions_that_nothing_shows_to_hold(installation)
    installation.event(EVENTS, "mailtrail-probe/0123456789abcdef")


def failed_records_are_ignored(installation):
    installation.data_stream(EVENTS, **{FUNCTION: "Enabled"})
    installation.place.functions.deaf_readers.add(FUNCTION)


def archive_stands_still(installation):
    """Nothing was archived for days."""
    installation.s3.delete_bucket_policy(Bucket=ARCHIVE)
    for each in installation.s3.list_objects_v2(Bucket=ARCHIVE, Prefix="mail/raw/")["Contents"]:
        installation.s3.delete_object(Bucket=ARCHIVE, Key=each["Key"])
    installation.archived("20261101")


def directory_was_not_saved(installation):
    """The archive has a snapshot of the directory, and nothing says that it still holds."""
    installation.saved(30)


def events_are_missing(installation):
    """A comparison found that the archive lacks events of a day."""
    installation.compared(EVENTS, "gap", missing=3)


def key_that_the_function_may_not_use(installation):
    key = installation.kms.create_key()["KeyMetadata"]["Arn"]
    installation.place.functions.environments[FUNCTION]["MAILTRAIL_ARCHIVE_KMS_KEY"] = key
