"""The real function binary, deployed to ministack, which runs it as Lambda would: through the Runtime API."""

import base64
import collections
import dataclasses
import io
import json
import shutil
import subprocess
import zipfile

import archive
import programs
import standins
from samples import ACCOUNT

NAME = "mailtrail-workmail-events"
LOG_GROUP = "/aws/workmail/emailevents/example"
OWN_LOG_GROUP = f"/aws/lambda/{NAME}"
ARCHIVE_BUCKET = "example-archive"
ARCHIVE = f"s3://{ARCHIVE_BUCKET}/trail"
STREAM_BUCKET = "example-stream"
STREAM = "example-events"
ROLE_NAME = "example"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/{ROLE_NAME}"
TOPIC = f"arn:aws:sns:{programs.REGION}:{ACCOUNT}:example-watch"
SETTINGS = {"MAILTRAIL_ARCHIVE": ARCHIVE, "MAILTRAIL_STREAMS": f"firehose:{STREAM}"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
}
PATIENCE = 30
# What Lambda itself writes into a function's log group.
PLATFORM_LINES = ("START RequestId:", "END RequestId:", "REPORT RequestId:")


@dataclasses.dataclass(frozen=True)
class Answer:
    """What an invocation gave back."""

    payload: object
    error: str | None


def package(directory, name="workmail-events"):
    """The deployment package: the binary, without its debug information, as `bootstrap` in a zip."""
    binary = directory / "bootstrap"
    shutil.copyfile(programs.FUNCTIONS[name], binary)
    subprocess.run(["strip", binary], check=True)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        file.writestr(entry, binary.read_bytes())
    return packed.getvalue()


class Function:
    """The function and what is around it: archive bucket, tagged stream with a bucket, WorkMail's log group."""

    def __init__(self, ministack, code):
        self.stand_in = ministack
        self.code = code
        self.s3 = ministack.client("s3")
        self.logs = ministack.client("logs")
        self.lambdas = ministack.client("lambda")

    def create_context(self, policy):
        """Buckets, stream, log group, and the role with its policy. Returns the function, to be chained."""
        iam = self.stand_in.client("iam")
        iam.create_role(RoleName=ROLE_NAME, AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName=ROLE_NAME, PolicyName=NAME, PolicyDocument=policy)
        for bucket in (ARCHIVE_BUCKET, STREAM_BUCKET):
            self.make_bucket(bucket)
        self.make_stream(STREAM, {"LogDeliveryEnabled": "true"})
        self.logs.create_log_group(logGroupName=LOG_GROUP)
        self.logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName="stream-0")
        return self

    def make_bucket(self, name):
        """A bucket in the Region of the tests."""
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": programs.REGION})

    def make_stream(self, name, tags):
        """A Firehose stream into the stream bucket, under a prefix of its name."""
        destination = {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{STREAM_BUCKET}", "Prefix": f"{name}/"}
        self.stand_in.client("firehose").create_delivery_stream(
            DeliveryStreamName=name,
            DeliveryStreamType="DirectPut",
            ExtendedS3DestinationConfiguration=destination,
            Tags=[{"Key": key, "Value": value} for key, value in {"owner": "example", **tags}.items()],
        )

    def deploy(self, **settings):
        """Creates the function with these settings in its environment. Returns it, to be chained."""
        self.arn = self.lambdas.create_function(
            FunctionName=NAME,
            Runtime="provided.al2023",
            Architectures=["x86_64"],
            Handler="bootstrap",
            Role=ROLE,
            MemorySize=256,
            Timeout=30,
            Environment={"Variables": settings},
            Code={"ZipFile": self.code},
        )["FunctionArn"]
        return self

    def subscribe(self, log_group=LOG_GROUP):
        """Lets a log group push to the function."""
        self.logs.put_subscription_filter(
            logGroupName=log_group, filterName="mailtrail", filterPattern="", destinationArn=self.arn
        )

    def subscribe_to(self, log_group):
        """Lets another log group push to the function. Returns it, to be chained."""
        self.logs.create_log_group(logGroupName=log_group)
        self.logs.create_log_stream(logGroupName=log_group, logStreamName="stream-0")
        self.subscribe(log_group)
        return self

    def put_log_events(self, events, log_group=LOG_GROUP):
        """Writes log events into a log group, as the service whose group it is does."""
        self.logs.put_log_events(logGroupName=log_group, logStreamName="stream-0", logEvents=events)

    def invoke(self, event):
        """Invokes the function directly with an event: an object, or the bytes of one."""
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        answer = self.lambdas.invoke(FunctionName=NAME, Payload=payload, LogType="Tail")
        return Answer(json.loads(answer["Payload"].read() or b"null"), answer.get("FunctionError"))

    def archive(self):
        """What is in the archive now, checked."""
        return archive.from_s3(self.s3, ARCHIVE).check()

    def wait_for_records(self, count):
        """Waits until so many events are archived."""

        def arrived():
            content = archive.from_s3(self.s3, ARCHIVE)
            return content if len(content.records()) >= count else None

        return standins.wait_until(arrived, PATIENCE, f"{count} events in {ARCHIVE}").check()

    def streamed(self, name=STREAM):
        """The bodies that a stream wrote: ministack makes one object of each Firehose record."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=STREAM_BUCKET, Prefix=f"{name}/")
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return [self.s3.get_object(Bucket=STREAM_BUCKET, Key=key)["Body"].read() for key in keys]

    def log_lines(self):
        """What the function itself has printed."""
        try:
            pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=OWN_LOG_GROUP)
            lines = [event["message"].rstrip("\n") for page in pages for event in page["events"]]
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        return [line for line in lines if line and not line.startswith(PLATFORM_LINES)]

    def wait_for_log_lines(self):
        """Waits until the function has printed something: the log arrives after the answer."""
        return standins.wait_until(self.log_lines, PATIENCE, "a line in the log of the function")


def kinesis_event(payloads):
    """The event of a Kinesis Data Streams trigger that carries these payloads."""
    records = [
        {
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"shardId-000000000000:{number}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": ROLE,
            "awsRegion": programs.REGION,
            "eventSourceARN": f"arn:aws:kinesis:{programs.REGION}:{ACCOUNT}:stream/example",
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": "example",
                "sequenceNumber": str(number),
                "data": base64.b64encode(payload).decode(),
                "approximateArrivalTimestamp": 1795161600.123,
            },
        }
        for number, payload in enumerate(payloads)
    ]
    return {"Records": records}


def metrics(lines):
    """Metric, in lower case → its sum over all lines in Embedded Metric Format; 0 where it is missing."""
    sums = collections.Counter()
    for line in lines:
        document = json.loads(line)
        for directive in document.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == "mailtrail"
            assert isinstance(document["_aws"]["Timestamp"], int)
            assert all(isinstance(document[name], str) for names in directive["Dimensions"] for name in names)
            for metric in directive["Metrics"]:
                value = document[metric["Name"]]
                values = value if isinstance(value, list) else [value]
                sums[metric["Name"].lower()] += sum(values)
    return sums
