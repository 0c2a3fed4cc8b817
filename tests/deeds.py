"""Everything that the deployed functions can do, done: for tests of what their roles must allow."""

import base64
import json

import yaml

import archive
import function
import payloads
import programs
import samples
import stack
import standins

TEMPLATE = "template.json"
READERS = stack.READERS
AUDIT = "policy-audit"
KEY = f"arn:aws:kms:{programs.REGION}:{samples.ACCOUNT}:key/archive"
FAILURES_KEY = f"arn:aws:kms:{programs.REGION}:{samples.ACCOUNT}:key/failures"
WATCH_LIST = "config/watches.json"
WATCHES = [{"name": "everybody", "pattern": "{ $.eventName = * }"}, {"name": "mail", "pattern": "{ $.event.eventName = * }"}]
# One that nobody has made, and one without the tag that lets events in.
OTHER_STREAMS = "firehose:missing firehose:gated"


def pascal(name):
    """`policy-audit` as the template has it: `PolicyAudit`."""
    return "".join(word.capitalize() for word in name.split("-"))


class Stack:
    """The stack of infra/sam, made by CloudFormation of the stand-in as it is, without `sam`."""

    def __init__(self, stand_in, packages):
        self.stand_in = stand_in
        self.packages = packages
        self.s3 = stand_in.client("s3")
        self.lambdas = stand_in.client("lambda")

    def make(self, **parameters):
        """Makes the stack with these parameters. Returns it, to be chained."""
        stack.prepare(self.stand_in)
        template = yaml.safe_load(stack.TEMPLATE.read_text())
        stack.leave_out(template)
        for name, package in self.packages.items():
            key = f"{name}.zip"
            self.s3.put_object(Bucket=stack.PACKAGE_BUCKET, Key=key, Body=package)
            code = {"S3Bucket": stack.PACKAGE_BUCKET, "S3Key": key}
            template["Resources"][f"{pascal(name)}Function"]["Properties"]["Code"] = code
        self.s3.put_object(Bucket=stack.PACKAGE_BUCKET, Key=TEMPLATE, Body=json.dumps(template).encode())
        given = {"Architecture": "x86_64", **parameters}
        formation = self.stand_in.client("cloudformation")
        formation.create_stack(
            StackName=stack.NAME,
            TemplateURL=f"{self.stand_in.endpoint}/{stack.PACKAGE_BUCKET}/{TEMPLATE}",
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        formation.get_waiter("stack_create_complete").wait(StackName=stack.NAME, WaiterConfig={"Delay": 1})
        self.deployed = stack.deployed(self.stand_in)
        return self

    def physical(self, kind, name):
        """The physical id of a resource of the template."""
        return self.deployed.resources(kind)[name]

    def function(self, name):
        """The name of a function."""
        return self.physical("AWS::Lambda::Function", f"{pascal(name)}Function")

    def policies(self, name):
        """The policies of a function's role, every parameter and reference in them resolved."""
        iam, role = self.stand_in.client("iam"), self.physical("AWS::IAM::Role", f"{pascal(name)}Role")
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        assert not iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        return [iam.get_role_policy(RoleName=role, PolicyName=each)["PolicyDocument"] for each in names]

    def set(self, name, **variables):
        """Adds variables to a function's environment."""
        called = self.function(name)
        known = self.lambdas.get_function_configuration(FunctionName=called)["Environment"]["Variables"]
        environment = {"Variables": {**known, **variables}}
        self.lambdas.update_function_configuration(FunctionName=called, Environment=environment)

    def invoke(self, name, event):
        """Invokes a function, which must not fail. Returns its answer."""
        answer = self.lambdas.invoke(FunctionName=self.function(name), Payload=event)
        said = json.loads(answer["Payload"].read() or b"null")
        assert "FunctionError" not in answer, said
        return said

    def archive(self):
        """What is in the archive now, checked."""
        return archive.from_s3(self.s3, self.deployed.outputs["Archive"]).check()

    def put(self, key, body, **how):
        """Puts an object into the archive, as people do."""
        bucket, _, prefix = self.deployed.outputs["Archive"].removeprefix("s3://").partition("/")
        self.s3.put_object(Bucket=bucket, Key=f"{prefix}/{key}", Body=body, **how)


def every_sample(deployed, name):
    """A reader reads every sample: all classes, quarantine, streams of every kind. Returns how many events it read."""
    count = 0
    for path in programs.good_samples():
        document = json.loads(path.read_bytes()) if path.suffix == ".json" else {}
        if "awslogs" in document or "Records" in document:
            deployed.invoke(name, path.read_bytes())
            count += len(payloads.events(path.read_bytes()))
    unreadable = base64.b64encode(f"unreadable for {name}".encode()).decode()
    deployed.invoke(name, json.dumps({"awslogs": {"data": unreadable}}))
    return count
