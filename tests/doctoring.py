"""An account whose logging is in order, spread over three stand-ins, for tests to break one thing of.

WorkMail, CloudWatch Logs and Lambda are the account of the tests (account/); S3, KMS and IAM are moto, Firehose and SNS
are ministack, both behind a border (border.py) that knows whose the buckets are and what is not allowed.
"""

import datetime
import hashlib
import json

from account.documents import AWS_WRITTEN, compact, policy
from programs import REGION
from samples import ACCOUNT

ALIAS = "example"
EVENTS = f"/aws/workmail/emailevents/{ALIAS}"
AUDIT = f"/aws/vendedlogs/workmail/{ALIAS}/audit"
FUNCTION = "mailtrail-workmail-events"
OWN_LOGS = f"/aws/lambda/{FUNCTION}"
STREAM = "mail"
# Where Firehose logs what it could not deliver.
ERRORS = "/aws/kinesisfirehose/mail"
TARGET, ARCHIVE, FAILURES = "example-logs", "example-archive", "example-failures"
ARCHIVE_URL = f"s3://{ARCHIVE}/mail"
ROLE, FUNCTION_ROLE, STREAM_ROLE = "workmail-events", FUNCTION, "firehose"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:mailtrail"
SYSTEM_FIELDS = ["@aws.account", "@aws.region", "@source.log"]
LOG_DELIVERY_ROLE = "AWSServiceRoleForLogDelivery"
LOG_TYPES = [
    "ACCESS_CONTROL_LOGS",
    "AUTHENTICATION_LOGS",
    "WORKMAIL_AVAILABILITY_PROVIDER_LOGS",
    "WORKMAIL_MAILBOX_ACCESS_LOGS",
    "WORKMAIL_PERSONAL_ACCESS_TOKEN_LOGS",
]
DELIVERY = {"Service": "delivery.logs.amazonaws.com"}
LOOK = ["s3:GetBucketAcl", "s3:ListBucket"]


# What the function calls.
FUNCTION_MAY = [
    ("s3:PutObject", [f"arn:aws:s3:::{ARCHIVE}/mail/*", f"arn:aws:s3:::{FAILURES}/aws/lambda/*"]),
    ("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{OWN_LOGS}:*"),
    (["firehose:ListTagsForDeliveryStream", "firehose:PutRecordBatch"], f"arn:aws:firehose:{REGION}:{ACCOUNT}:*"),
    (
        ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"],
        f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/*",
    ),
]


def statement(principal, action, resource=None, **condition):
    """A statement that allows, with its conditions as operator=keys."""
    allowed = {"Effect": "Allow", "Principal": principal, "Action": action}
    return allowed | ({"Resource": resource} if resource else {}) | ({"Condition": condition} if condition else {})


def from_delivery(**equal):
    """The conditions that keep strangers from using log delivery as their deputy, and others."""
    return {
        "StringEquals": {"aws:SourceAccount": ACCOUNT, **equal},
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:delivery-source:*"},
    }


def bucket_policy(look=LOOK, acl=True, **conditions):
    """The policy of a bucket that logs are delivered to."""
    bucket = f"arn:aws:s3:::{TARGET}"
    owned = {"s3:x-amz-acl": "bucket-owner-full-control"} if acl else {}
    return policy(
        statement(DELIVERY, look, bucket, **(conditions or from_delivery())),
        statement(DELIVERY, "s3:PutObject", f"{bucket}/AWSLogs/{ACCOUNT}/*", **(conditions or from_delivery(**owned))),
    )


def key_policy(*actions):
    """The policy of a key that log delivery encrypts with."""
    actions = actions or ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
    root = statement({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*", "*")
    return policy(root, statement(DELIVERY, list(actions), "*", **from_delivery()))


def to_bucket(**settings):
    """A destination of a Firehose stream."""
    role, bucket = f"arn:aws:iam::{ACCOUNT}:role/firehose", "arn:aws:s3:::example-stream"
    errors = {"Enabled": True, "LogGroupName": ERRORS, "LogStreamName": "DestinationDelivery"}
    return {"RoleARN": role, "BucketARN": bucket, "CloudWatchLoggingOptions": errors, **settings}


class Installation:
    """An account in order: email events and five audit logs, archived by a function; one of them to S3 and Firehose."""

    # Whom CloudWatch Logs may invoke the function for.
    source = {"SourceAccount": ACCOUNT, "SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"}

    def __init__(self, account, moto, ministack, border):
        self.border = border
        self.account, self.place, self.fixtures = account, account.place(), account.fixtures
        self.s3, self.kms, self.iam = (moto.client(service) for service in ("s3", "kms", "iam"))
        self.firehose, self.sns = ministack.client("firehose"), ministack.client("sns")
        self.workmail, self.logs = self.place.workmail, self.place.logs
        self.organization_arn = self.fixtures.organization(ALIAS)
        self.organization = self.organization_arn.rsplit("/", 1)[1]
        for group in (EVENTS, AUDIT, OWN_LOGS, ERRORS):
            self.fixtures.log_group(group)
            self.logs.groups.put_retention_policy({"logGroupName": group, "retentionInDays": 400})
        self.logs.events.create_log_stream({"logGroupName": ERRORS, "logStreamName": "DestinationDelivery"})
        self._function()
        self._roles()
        self._topic()
        self.log_email_events_to(EVENTS)
        self._buckets()
        self._deliveries()
        self.event(EVENTS)

    def environment(self):
        """What a program needs to find all stand-ins."""
        of_moto, of_ministack = self.border.endpoints
        others = {f"AWS_ENDPOINT_URL_{service}": of_moto for service in ("S3", "KMS", "IAM")}
        others |= {f"AWS_ENDPOINT_URL_{service}": of_ministack for service in ("FIREHOSE", "SNS")}
        return {**self.account.environment(), **others}

    def log_email_events_to(self, group):
        """Switches the logging of email events on."""
        self.workmail.monitoring[self.organization] = {
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
            "LogGroupArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*",
        }

    def subscribe(self, group, pattern="", name="mailtrail", to=None):
        """A subscription filter to a function, put there without asking whether it may be invoked."""
        self.logs.groups.find(group).subscription_filters[name] = {
            "filterName": name,
            "logGroupName": group,
            "filterPattern": pattern,
            "destinationArn": to or f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}",
            "distribution": "ByLogStream",
            "creationTime": self.place.now(),
            "emitSystemFields": SYSTEM_FIELDS,
        }

    def event(self, group, stream="mail", age=0):
        """A log event, so many milliseconds old."""
        at = self.place.now() - age
        if stream not in self.logs.groups.find(group).streams:
            self.logs.events.create_log_stream({"logGroupName": group, "logStreamName": stream})
        event = [{"timestamp": at, "message": "{}"}]
        self.logs.events.put_log_events({"logGroupName": group, "logStreamName": stream, "logEvents": event})

    def data_stream(self, group, **readers):
        """A Kinesis data stream between a log group and those who read it: functions, and the state of that."""
        stream = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/events"
        self.subscribe(group, to=stream)
        self.place.functions.readers[stream] = readers

    def subscribe_an_alias(self, group):
        """A subscription filter to an alias of the function, which may be invoked by a policy of its own."""
        self.place.functions.add_alias(FUNCTION, "live")
        self.subscribe(group, to=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}:live")

    def allow_invocation(self, number=1, **source):
        """Lets CloudWatch Logs invoke the function, by so many statements."""
        for serial in range(number):
            self.place.functions.add_permission(
                {
                    "FunctionName": FUNCTION,
                    "StatementId": f"logs-{serial}",
                    "Action": "lambda:InvokeFunction",
                    "Principal": "logs.amazonaws.com",
                    **source,
                }
            )

    def forbid_invocation(self):
        """Takes that back."""
        self.place.functions.remove_permission({"FunctionName": FUNCTION, "StatementId": "logs-0"})

    def trust(self, conditions=False):
        """Who may take the role of WorkMail: as AWS documents it, or with conditions on the source."""
        source = {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": self.organization_arn},
        }
        service = {"Service": "events.workmail.amazonaws.com"}
        return json.dumps(policy(statement(service, "sts:AssumeRole", **(source if conditions else {}))))

    def bucket_policy(self, name, document):
        """Sets the policy of a bucket."""
        self.s3.put_bucket_policy(Bucket=name, Policy=compact(document))

    def encrypt(self, key, bucket=TARGET):
        """Has a bucket encrypt with a key; with None, with the one of AWS."""
        default = {"SSEAlgorithm": "aws:kms"} | ({"KMSMasterKeyID": key} if key else {})
        rules = [{"ApplyServerSideEncryptionByDefault": default}]
        self.s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})

    def archived(self, day):
        """An exact copy of a day in the archive."""
        key = f"mail/raw/region={REGION}/accountId={ACCOUNT}/eventDay={day}/batch.json.gz"
        self.s3.put_object(Bucket=ARCHIVE, Key=key, Body=b"x")

    def compared(self, group, state, missing=0):
        """What `mailtrail coverage` keeps of the day before yesterday."""
        now = datetime.datetime.now(datetime.UTC)
        day = now - datetime.timedelta(days=2)
        line = {"log_group": group, "account": ACCOUNT, "region": REGION, "day": f"{day:%Y-%m-%d}"}
        line |= {"source": 7, "archive": 7 - missing, "missing": missing, "extra": 0, "method": "count"}
        line |= {"witness": None, "state": state, "checked": f"{now:%Y-%m-%dT%H:%M:%SZ}", "final": False, "reason": None}
        folder = f"region={REGION}/accountId={ACCOUNT}/logGroup={hashlib.sha256(group.encode()).hexdigest()[:16]}"
        content = json.dumps(line).encode()
        name = f"{now:%Y%m%dT%H%M%SZ}-{day:%Y%m%d}-{day:%Y%m%d}-{hashlib.sha256(content).hexdigest()[:16]}.ndjson"
        self.s3.delete_bucket_policy(Bucket=ARCHIVE)
        self.s3.put_object(Bucket=ARCHIVE, Key=f"mail/coverage/{folder}/{name}", Body=content)

    def saved(self, days, last=None, names=True):
        """What `mailtrail directory save` keeps: a snapshot that is so many days old, and when it was `last` as before.

        Without `names`, nothing in the object of that time names the snapshot.
        """
        self.s3.delete_bucket_policy(Bucket=ARCHIVE)
        self._forget_snapshots()
        snapshot = self._put_at("directory", days, ".json.zst")
        if last is not None:
            held = {"organization": self.organization, "as_of": "", "snapshot": snapshot if names else ""}
            self._put_at("coverage/directory", last, ".json", json.dumps(held).encode())

    def _forget_snapshots(self):
        for folder in ("directory", "coverage/directory"):
            for each in self.s3.list_objects_v2(Bucket=ARCHIVE, Prefix=f"mail/{folder}/").get("Contents", []):
                self.s3.delete_object(Bucket=ARCHIVE, Key=each["Key"])

    def _put_at(self, folder, days, ending, content=b"x"):
        time = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
        key = f"{folder}/organization={self.organization}/{time:%Y%m%dT%H%M%SZ}{ending}"
        self.s3.put_object(Bucket=ARCHIVE, Key=f"mail/{key}", Body=content)
        return key

    def _function(self):
        archive = {"MAILTRAIL_ARCHIVE": ARCHIVE_URL, "MAILTRAIL_ARCHIVE_OWNER": ACCOUNT, "MAILTRAIL_TOPIC": TOPIC}
        self.place.functions.on_failure[FUNCTION] = f"arn:aws:s3:::{FAILURES}"
        self.fixtures.function(FUNCTION, MAILTRAIL_STREAMS=f"firehose:{STREAM}?classes=email_activity", **archive)
        self.fixtures.stream(STREAM, LogDeliveryEnabled="true")
        self.firehose.create_delivery_stream(
            DeliveryStreamName=STREAM,
            ExtendedS3DestinationConfiguration=to_bucket(),
            Tags=[{"Key": "LogDeliveryEnabled", "Value": "true"}],
        )
        self.allow_invocation(**self.source)
        for group in (EVENTS, AUDIT):
            self.subscribe(group)

    def role(self, name, service, *statements):
        """A role that a service may assume, with one inline policy."""
        trust = policy(statement({"Service": service}, "sts:AssumeRole"))
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        self.allow(name, *statements)

    def allow(self, role, *statements):
        """Has a role allow these pairs of action and resource, and nothing else."""
        allowed = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in statements]
        document = compact({"Version": "2012-10-17", "Statement": allowed})
        self.iam.put_role_policy(RoleName=role, PolicyName="write", PolicyDocument=document)

    def attach(self, role):
        """A managed policy on a role, which allows nothing that matters here."""
        statement = {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"}
        document = compact({"Version": "2012-10-17", "Statement": [statement]})
        managed = self.iam.create_policy(PolicyName="managed", PolicyDocument=document)["Policy"]["Arn"]
        self.iam.attach_role_policy(RoleName=role, PolicyArn=managed)

    def stack_group(self):
        """The log group that the stack makes for the email events of the organization."""
        group = f"/workmail/{self.organization}/email-events"
        self.fixtures.log_group(group)
        return group

    def _topic(self):
        self.sns.create_topic(Name="mailtrail")
        self.sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:alarms")

    def _roles(self):
        events = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{EVENTS}:*"
        self.role(ROLE, "events.workmail.amazonaws.com", (["logs:CreateLogStream", "logs:PutLogEvents"], events))
        self.role(FUNCTION_ROLE, "lambda.amazonaws.com", *FUNCTION_MAY)
        self.role(STREAM_ROLE, "firehose.amazonaws.com", ("s3:PutObject", "arn:aws:s3:::example-stream/*"))
        trust = json.dumps(policy(statement(DELIVERY, "sts:AssumeRole")))
        self.iam.create_role(RoleName=LOG_DELIVERY_ROLE, AssumeRolePolicyDocument=trust)

    def _buckets(self):
        for name in (TARGET, ARCHIVE, FAILURES):
            self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.key = self.kms.create_key(Policy=compact(key_policy()))["KeyMetadata"]["Arn"]
        self.encrypt(self.key)
        self.bucket_policy(TARGET, bucket_policy())
        tls = statement("*", "s3:*", f"arn:aws:s3:::{ARCHIVE}/*", Bool={"aws:SecureTransport": "false"})
        self.archived(datetime.datetime.now(datetime.UTC).strftime("%Y%m%d"))
        self._put_at("directory", 1, ".json.zst")
        # Of a policy that denies, moto does not look at the conditions: nothing can be written from now on.
        self.bucket_policy(ARCHIVE, policy(tls | {"Effect": "Deny"}))

    def _deliveries(self):
        self.fixtures.policy(AWS_WRITTEN, self.fixtures.delivery_policy([AUDIT]))
        deliveries = self.logs.deliveries
        to = {
            "audit": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{AUDIT}",
            "bucket": f"arn:aws:s3:::{TARGET}",
            "stream": f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/{STREAM}",
        }
        made = {}
        for name, resource in to.items():
            configuration = {"destinationResourceArn": resource}
            request = {"name": name, "outputFormat": "json", "deliveryDestinationConfiguration": configuration}
            made[name] = deliveries.put_delivery_destination(request)["deliveryDestination"]["arn"]
        for log_type in LOG_TYPES:
            name = log_type.lower()
            request = {"name": name, "resourceArn": self.organization_arn, "logType": log_type}
            deliveries.put_delivery_source(request)
            for destination in made if log_type == LOG_TYPES[0] else ["audit"]:
                deliveries.create_delivery(
                    {
                        "deliverySourceName": name,
                        "deliveryDestinationArn": made[destination],
                        "recordFields": ["event_timestamp", "organization_id"],
                    }
                )

    def delivery(self, log_type):
        """The delivery of an audit log to the log group."""
        found = self.logs.deliveries.deliveries.values()
        (to_group,) = (
            delivery
            for delivery in found
            if delivery["deliverySourceName"] == log_type.lower() and delivery["deliveryDestinationType"] == "CWL"
        )
        return to_group
