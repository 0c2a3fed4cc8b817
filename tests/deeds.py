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
from account.plant import DATA_PROTECTION

TEMPLATE = "template.json"
READERS = stack.READERS
AUDIT = "policy-audit"
KEY = f"arn:aws:kms:{programs.REGION}:{samples.ACCOUNT}:key/archive"
FAILURES_KEY = f"arn:aws:kms:{programs.REGION}:{samples.ACCOUNT}:key/failures"
WATCH_LIST = "config/watches.json"
WATCHES = [
    {"name": "everybody", "pattern": "{ $.eventName = * }"},
    {"name": "mail", "pattern": "{ $.event.eventName = * }"},
]
# One that nobody has made, and one without the tag that lets events in.
OTHER_STREAMS = "firehose:missing firehose:gated"
OTHER_ACCOUNT = "444455556666"
OTHER_ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/reader"
# An audit that moves a log group waits for its first event.
PATIENCE = 300
# A package for functions that are never invoked: a zip without files.
NOTHING = b"PK\x05\x06" + bytes(18)


def pascal(name):
    """`policy-audit` as the template has it: `PolicyAudit`."""
    return "".join(word.capitalize() for word in name.split("-"))


class Stack:
    """The stack of infra/sam, made by CloudFormation of the stand-in as it is, without `sam`."""

    def __init__(self, stand_in, packages):
        self.stand_in = stand_in
        self.packages = packages
        self.s3 = stand_in.client("s3")
        self.lambdas = stand_in.client("lambda", patience=PATIENCE)

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

    def speak_plainly(self):
        """Takes away the policies that demand TLS, which the stand-in does not speak. Returns the stack."""
        for bucket in self.deployed.resources("AWS::S3::Bucket").values():
            self.s3.delete_bucket_policy(Bucket=bucket)
        sns = self.stand_in.client("sns")
        everybody = {"Effect": "Allow", "Principal": {"AWS": samples.ACCOUNT}, "Action": "sns:*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
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
        """Changes the statements of a function's role: `change` is given them, and returns those that stay."""
        iam, role = self.stand_in.client("iam"), self.physical("AWS::IAM::Role", f"{pascal(name)}Role")
        [policy] = self.policies(name)
        document = json.dumps({**policy, "Statement": change(policy["Statement"])})
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)

    def set(self, name, **variables):
        """Adds variables to a function's environment."""
        called = self.function(name)
        known = self.lambdas.get_function_configuration(FunctionName=called)["Environment"]["Variables"]
        environment = {"Variables": {**known, **variables}}
        self.lambdas.update_function_configuration(FunctionName=called, Environment=environment)

    def invoke(self, name, event, fails=False):
        """Invokes a function. Returns its answer."""
        answer = self.lambdas.invoke(FunctionName=self.function(name), Payload=event)
        said = json.loads(answer["Payload"].read() or b"null")
        assert ("FunctionError" in answer) is fails, said
        return said

    def archive(self):
        """What is in the archive now, checked."""
        return archive.from_s3(self.s3, self.deployed.outputs["Archive"]).check()

    def put(self, key, body, **how):
        """Puts an object into the archive, as people do."""
        bucket, _, prefix = self.deployed.outputs["Archive"].removeprefix("s3://").partition("/")
        self.s3.put_object(Bucket=bucket, Key=f"{prefix}/{key}", Body=body, **how)


def policies_for_tests(stand_in):
    """The policies of the readers' roles as infra/sam has them, for the archive and the topic of function.py.

    Without conditions on tags: the stand-in does not look at those of streams.
    """
    parameters = {"ArchivePrefix": "trail", "Watches": WATCH_LIST, "OtherStreams": f"firehose:{function.STREAM}"}
    deployed = Stack(stand_in, dict.fromkeys(programs.FUNCTIONS, NOTHING)).make(**parameters)
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


def audits(deployed, account, roles=()):
    """The audit meets all that its mode may do something about, in its own account and in those of roles.

    Each has a policy full of log groups that are gone, and one of nothing else; a destination with every setting that
    there is, which AWS does not let move at first; a state machine and an API. Returns what the audit answered.
    """
    plants = [account.plant]
    for role in roles:
        plants.append(account.plant_in(role.split(":")[4]))
        plants[-1].role(role.rsplit("/", 1)[1])
    logged = [_audit_log(plant) for plant in plants]
    for number, plant in enumerate(plants, start=1):
        plant.state_machine("orders")
        plant.api("orders", {"live": None})
        account.faults.fail("PutDeliveryDestination", "ValidationException", nth=number)
    account.faults.after("PutDeliveryDestination", lambda: [audit.log("arrived") for audit in logged], nth=None)
    answers = [deployed.invoke(AUDIT, b"{}"), deployed.invoke(AUDIT, b"{}")]
    for plant in plants:
        plant.full_of_dead_groups(name="full")
        plant.policy("gone", plant.delivery_policy(["/example/gone"]))
    answers.append(deployed.invoke(AUDIT, b"{}"))
    return [done for answer in answers for done in answer]


def _audit_log(plant):
    """An audit log whose group has every setting that there is, and tells what its data protection finds."""
    audit = plant.workmail_audit()
    plant.logs.groups.find(audit.group).bearer_token = True
    findings = json.dumps({"CloudWatchLogs": {"LogGroup": "/example/findings"}})
    told = json.dumps(DATA_PROTECTION).replace("{}", findings, 1)
    plant.logs.settings.put_data_protection_policy({"logGroupIdentifier": audit.group, "policyDocument": told})
    return audit


def calls_of(account, role=None):
    """The calls that a function made in the account of the tests itself, or under a role in another account.

    They are as the evaluator wants them.
    """
    calls = []
    made = {call.parameters["logGroupName"]: call for call in account.called("CreateLogGroup")}
    for call in account.calls:
        # In another account it is somebody else. Who asks who it is needs no permission.
        if (":assumed-role/" in call.caller) != bool(role) or call.operation == "GetCallerIdentity":
            continue
        assert role is None or f":{role.split(':')[4]}:" in call.caller, call
        for action, resource in call.needs:
            found = {"action": action, "resource": resource, "context": _context(action, call, made)}
            if found not in calls:
                calls.append(found)
    return calls


def _context(action, call, made):
    """What conditions see of a call."""
    if action == "lambda:AddPermission":
        return {"lambda:Principal": call.parameters["Principal"]}
    if action == "iam:PassRole":
        return {"iam:PassedToService": "logs.amazonaws.com"}
    if action == "logs:DeleteLogGroup":
        tags = made[call.parameters["logGroupName"]].parameters["tags"]
        return {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    return {}
