"""The stack of infra/sam, built by `sam build` and deployed by `sam deploy` onto ministack."""

import dataclasses
import shutil

import duckdb
import yaml

import archive
import function
import programs
import standins
import tools

TEMPLATE = programs.PROJECT / "infra" / "sam" / "template.yaml"
READERS = ("workmail-events", "cloudtrail-activity")
NAME = "example"
PACKAGE_BUCKET = "example-packages"
MAIL_GROUP = "/aws/workmail/emailevents/example"
TRAIL_GROUP = "/cloudtrail/example"
# The template takes it without its `m-`.
ORGANIZATION_HEX = "0123456789abcdef0123456789abcdef"
ORGANIZATION = f"m-{ORGANIZATION_HEX}"

# What the stand-in cannot create. Everything else of the template is really deployed.
TYPES_LEFT_OUT = {
    "AWS::Athena::NamedQuery",
    "AWS::Logs::Delivery",
    "AWS::Logs::DeliveryDestination",
    "AWS::Logs::DeliverySource",
}


def sam(*arguments, **how):
    """Runs `sam`."""
    return tools.run(tools.python_program("sam", "infra"), *arguments, **how)


def put_packages(folder):
    """Packs the functions, as they were built for the tests, where the templates take them from."""
    folder.mkdir(parents=True)
    for name in programs.FUNCTIONS:
        (folder / f"{name}.zip").write_bytes(function.package(folder, name))
    (folder / "bootstrap").unlink()
    return folder


def build(directory):
    """Runs `sam build` in a folder as the checkout is. Returns the built template."""
    put_packages(directory / "packages")
    (directory / "sam").mkdir()
    for file in (TEMPLATE, TEMPLATE.with_name("samconfig.toml")):
        shutil.copy(file, directory / "sam")
    sam("build", "--build-dir", "built", cwd=directory / "sam")
    return directory / "sam" / "built" / "template.yaml"


def for_stand_in(built):
    """A copy of a built template, beside it, without what the stand-in cannot create."""
    template = yaml.safe_load(built.read_text())
    leave_out(template)
    reduced = built.with_name("for-stand-in.yaml")
    reduced.write_text(yaml.safe_dump(template, sort_keys=False))
    return reduced


def leave_out(template):
    """Takes out of a template what the stand-in cannot create."""
    resources = template["Resources"]
    template["Resources"] = _created(resources)
    for its in template["Resources"].values():
        if isinstance(its, list):
            # A loop: identifier, list, and what there is for each entry.
            its[2] = _created(its[2])


def _created(resources):
    return {name: its for name, its in resources.items() if isinstance(its, list) or not _is_left_out(its)}


def _is_left_out(its):
    # Of alarms, it only knows those on one metric, and none on a query.
    on_query = its["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in its["Properties"]
    return on_query or its["Type"] in TYPES_LEFT_OUT


@dataclasses.dataclass(frozen=True)
class Deployed:
    """A deployed stack."""

    stand_in: standins.StandIn
    outputs: dict

    def put_log_events(self, log_group, events):
        """Writes log events into a log group."""
        self.stand_in.client("logs").put_log_events(
            logGroupName=log_group, logStreamName="stream-0", logEvents=events
        )

    def wait_for_records(self, count):
        """Waits until so many events are archived, and checks what else is in the archive."""
        s3, where = self.stand_in.client("s3"), self.outputs["Archive"]

        def arrived():
            content = archive.from_s3(s3, where)
            return content if len(content.records()) >= count else None

        return standins.wait_until(arrived, function.PATIENCE, f"{count} events in {where}").check()

    def wait_for_streamed(self, name, count, directory):
        """Waits until the stream of a class has written so many rows of Parquet. Returns the events' ids."""
        s3, bucket = self.stand_in.client("s3"), self.resources("AWS::S3::Bucket")["StreamBucket"]

        def arrived():
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{name}/arrivalDay=")
            keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
            uids = []
            for key in keys:
                file = directory / "streamed.parquet"
                s3.download_file(bucket, key, str(file))
                uids += duckdb.execute("SELECT metadata.uid FROM read_parquet(?)", [str(file)]).fetchall()
            return [uid for (uid,) in uids] if len(uids) >= count else None

        return standins.wait_until(arrived, function.PATIENCE, f"{count} rows of {name} in {bucket}")

    def counted(self):
        """Metric → its sum over what the functions have printed into the log groups of the stack."""
        logs = self.stand_in.client("logs")
        lines = []
        for name in READERS:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/mailtrail/{NAME}/{name}")
            printed = [event["message"].rstrip("\n") for page in pages for event in page["events"]]
            lines += [line for line in printed if line and not line.startswith(function.PLATFORM_LINES)]
        return function.metrics(lines)

    def resources(self, kind):
        """The physical ids of the resources of a type."""
        lister = self.stand_in.client("cloudformation").get_paginator("list_stack_resources")
        pages = [page["StackResourceSummaries"] for page in lister.paginate(StackName=NAME)]
        of_kind = [each for page in pages for each in page if each["ResourceType"] == kind]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in of_kind}


def prepare(stand_in):
    """What is there before the stack: a bucket for packages, and log groups that other services write to."""
    location = {"LocationConstraint": programs.REGION}
    stand_in.client("s3").create_bucket(Bucket=PACKAGE_BUCKET, CreateBucketConfiguration=location)
    logs = stand_in.client("logs")
    for group in (MAIL_GROUP, TRAIL_GROUP):
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="stream-0")


def deploy(stand_in, template, code=0, **parameters):
    """Runs `sam deploy`. Returns what it printed."""
    overrides = [f"{name}={value}" for name, value in {"Architecture": "x86_64", **parameters}.items()]
    return sam(
        "deploy",
        "--language-extensions",
        "--stack-name", NAME,
        "--s3-bucket", PACKAGE_BUCKET,
        "--capabilities", "CAPABILITY_IAM",
        "--no-confirm-changeset",
        "--no-progressbar",
        "--template-file", template,
        "--parameter-overrides", *overrides,
        cwd=template.parent,
        env=stand_in.environment(),
        code=code,
    )  # fmt: skip


def deployed(stand_in):
    """The stack that is deployed."""
    [stack] = stand_in.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    return Deployed(stand_in, {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]})
