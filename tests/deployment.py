"""The stack of infra/sam on a stand-in, deployed by CloudFormation, with its functions, roles and archive."""

import json

import yaml

import archive
import function
import programs
import samples
import stack

TEMPLATE = "template.json"
READERS = stack.READERS
AUDIT = "policy-audit"
MAINTENANCE = "archive-maintenance"
KEY = f"arn:aws:kms:{programs.REGION}:{samples.ACCOUNT}:key/archive"
FAILURES_KEY = f"arn:aws:kms:{programs.REGION}:{samples.ACCOUNT}:key/failures"
WATCH_LIST = "config/watches.json"
WATCHES = [
    {"name": "every-call", "pattern": "{ $.eventName = * }"},
    {"name": "mail", "pattern": "{ $.event.eventName = * }"},
]
# A stream that does not exist, and one without the tag that delivery requires.
OTHER_STREAMS = "firehose:missing firehose:gated"
OTHER_ACCOUNT = "444455556666"
OTHER_ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/reader"
# Seconds. An audit that moves a log group waits for its first event.
PATIENCE = 300
# A zip without files: for functions that are never invoked.
EMPTY_PACKAGE = b"PK\x05\x06" + bytes(18)


def pascal(name):
    """`policy-audit` as the template has it: `PolicyAudit`."""
    return "".join(word.capitalize() for word in name.split("-"))


class Stack:
    """The template of infra/sam, created by the stand-in's CloudFormation without `sam`."""

    def __init__(self, stand_in, packages):
        self.stand_in = stand_in
        self.packages = packages
        self.s3 = stand_in.client("s3")
        self.lambdas = stand_in.client("lambda", patience=PATIENCE)

    def create(self, **parameters):
        """Creates the stack with these parameters and returns it."""
        stack.prepare(self.stand_in)
        self._put_template()
        formation = self.stand_in.client("cloudformation")
        formation.create_stack(**self._request(parameters))
        formation.get_waiter("stack_create_complete").wait(StackName=stack.NAME, WaiterConfig={"Delay": 1})
        self.deployed = stack.deployed(self.stand_in)
        return self

    def update(self, **parameters):
        """Begins to update the stack to these parameters; the others have their defaults."""
        self.stand_in.client("cloudformation").update_stack(**self._request(parameters))

    def status(self):
        """The status of the stack."""
        [described] = self.stand_in.client("cloudformation").describe_stacks(StackName=stack.NAME)["Stacks"]
        return described["StackStatus"]

    def _put_template(self):
        template = yaml.safe_load(stack.TEMPLATE.read_text())
        stack.leave_out(template)
        for name, package in self.packages.items():
            key = f"{name}.zip"
            self.s3.put_object(Bucket=stack.PACKAGE_BUCKET, Key=key, Body=package)
            code = {"S3Bucket": stack.PACKAGE_BUCKET, "S3Key": key}
            template["Resources"][f"{pascal(name)}Function"]["Properties"]["Code"] = code
        self.s3.put_object(Bucket=stack.PACKAGE_BUCKET, Key=TEMPLATE, Body=json.dumps(template).encode())

    def _request(self, parameters):
        values = {"Architecture": "x86_64", **parameters}
        return {
            "StackName": stack.NAME,
            "TemplateURL": f"{self.stand_in.endpoint}/{stack.PACKAGE_BUCKET}/{TEMPLATE}",
            "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        }

    def allow_plain_http(self):
        """Deletes the policies that require TLS, which the stand-in does not speak. Returns the stack."""
        for bucket in self.deployed.resources("AWS::S3::Bucket").values():
            self.s3.delete_bucket_policy(Bucket=bucket)
        sns = self.stand_in.client("sns")
        allow_account = {"Effect": "Allow", "Principal": {"AWS": samples.ACCOUNT}, "Action": "sns:*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allow_account]})
        for topic in self.deployed.resources("AWS::SNS::Topic").values():
            sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document)
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

    def change_role(self, name, change):
        """Replaces the statements of a function's role by what `change` returns for them."""
        iam, role = self.stand_in.client("iam"), self.physical("AWS::IAM::Role", f"{pascal(name)}Role")
        [policy] = self.policies(name)
        document = json.dumps({**policy, "Statement": change(policy["Statement"])})
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)

    def variables(self, name):
        """The environment of a function."""
        found = self.lambdas.get_function_configuration(FunctionName=self.function(name))
        return found["Environment"]["Variables"]

    def set(self, name, **variables):
        """Adds variables to a function's environment."""
        function_name = self.function(name)
        environment = {"Variables": {**self.variables(name), **variables}}
        self.lambdas.update_function_configuration(FunctionName=function_name, Environment=environment)

    def invoke(self, name, event, fails=False):
        """Invokes a function and returns the payload of its response."""
        response = self.lambdas.invoke(FunctionName=self.function(name), Payload=event)
        payload = json.loads(response["Payload"].read() or b"null")
        assert ("FunctionError" in response) is fails, payload
        return payload

    def archive(self):
        """The objects that the archive has now, checked against its layout."""
        return archive.from_s3(self.s3, self.deployed.outputs["Archive"]).check()

    def put(self, key, body, **options):
        """Puts an object into the archive, as an operator does."""
        bucket, _, prefix = self.deployed.outputs["Archive"].removeprefix("s3://").partition("/")
        self.s3.put_object(Bucket=bucket, Key=f"{prefix}/{key}", Body=body, **options)


def policies_for_tests(stand_in):
    """The policies of the readers' roles as infra/sam has them, for the archive and the topic of function.py.

    Without conditions on tags: the stand-in does not look at those of streams.
    """
    parameters = {"ArchivePrefix": "trail", "Watches": WATCH_LIST, "OtherStreams": f"firehose:{function.STREAM}"}
    deployed = Stack(stand_in, dict.fromkeys(programs.FUNCTIONS, EMPTY_PACKAGE)).create(**parameters)
    bucket = deployed.physical("AWS::S3::Bucket", "ArchiveBucket")
    names = {bucket: function.ARCHIVE_BUCKET, deployed.deployed.outputs["TopicArn"]: function.TOPIC}
    return {name: _renamed(deployed.policies(name), names) for name in READERS}


def _renamed(policies, names):
    [policy] = policies
    text = json.dumps({**policy, "Statement": without_tags(policy["Statement"])})
    for old, new in names.items():
        text = text.replace(old, new)
    return text


def without_tags(statements):
    """Statements without conditions on tags."""
    return [
        {key: value for key, value in statement.items() if key != "Condition" or "ResourceTag" not in json.dumps(value)}
        for statement in statements
    ]
