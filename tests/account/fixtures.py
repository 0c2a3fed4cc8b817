"""Accounts in the states that a policy auditor meets, made without calls."""

import dataclasses
import json

from .documents import AWS_WRITTEN, compact, delivery_statement, hand_written, policy, streams_of

# A name as long as those that people give.
GROUP = "/example/service/{:06d}"
WILDCARD = "/aws/vendedlogs/*"
# What an access log has of a request, with what is hard to quote.
ACCESS_LOG = """{"id":"$context.requestId","path":"$context.path","who":"it's $context.identity.sourceIp"}"""
DATA_PROTECTION = {
    "Name": "example",
    "Version": "2021-06-01",
    "Statement": [
        {
            "Sid": "audit",
            "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],
            "Operation": {"Audit": {"FindingsDestination": {}}},
        },
        {
            "Sid": "mask",
            "DataIdentifier": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],
            "Operation": {"Deidentify": {"MaskConfig": {}}},
        },
    ],
}


@dataclasses.dataclass(frozen=True)
class Full:
    """A policy that is nearly full."""

    name: str
    document: str
    live: list
    dead: list


@dataclasses.dataclass(frozen=True)
class Audit:
    """A WorkMail organization whose audit log goes to a log group that has every setting there is."""

    deliveries: object
    organization: str
    log_type: str
    group: str
    group_arn: str
    source: str
    destination: str
    delivery: str
    function: str
    key: str

    def log(self, message):
        """A user signs in: WorkMail logs it, and AWS delivers it to wherever the destination points now."""
        self.deliveries.deliver(self.organization, self.log_type, message)


class Fixtures:
    """Puts things into one Region of one account."""

    def __init__(self, place):
        self.place = place
        self.logs = place.logs

    def log_group(self, name, **settings):
        """A log group; settings as CreateLogGroup has them. Returns its ARN."""
        self.logs.groups.create_log_group({"logGroupName": name, **settings})
        return self.logs.groups.find(name).arn

    def log_groups(self, count):
        """Many log groups. Returns their names."""
        names = [GROUP.format(number) for number in range(count)]
        for name in names:
            self.log_group(name)
        return names

    def policy(self, name, document):
        """A policy of the account, whatever it says and however long it is. Returns the document as text."""
        text = document if isinstance(document, str) else compact(document)
        self.logs.policies.write_of_account(name, text)
        return text

    def group_policy(self, group, document=None):
        """A policy of a log group, by default the one that AWS writes. Returns its revision."""
        text = compact(document or self.delivery_policy([group]))
        return self.logs.policies.write_of_group(self.logs.groups.find(group), text)["revisionId"]

    def delivery_policy(self, groups):
        """The document that AWS writes for deliveries to these groups."""
        return policy(delivery_statement(groups, self.place.account, self.place.region))

    def full_of_dead_groups(self, limit=5_120, live_every=20, name=AWS_WRITTEN):
        """A policy with no room for another group, of whose entries one in so many is of a group that exists."""
        groups = []
        while True:
            longer = [*groups, GROUP.format(len(groups))]
            if len(compact(self.delivery_policy(longer))) > limit:
                break
            groups = longer
        live = groups[::live_every]
        for group in live:
            self.log_group(group)
        dead = [group for group in groups if group not in live]
        return Full(name, self.policy(name, self.delivery_policy(groups)), live, dead)

    def policy_of(self, size, name=AWS_WRITTEN):
        """A policy of exactly so many characters, all of whose groups exist. Returns their names."""
        groups = [GROUP.format(0)]
        room = len(GROUP.format(0)) + len(streams_of("", self.place.account, self.place.region)) + len(',""')
        while size - len(compact(self.delivery_policy(groups))) > 2 * room:
            groups.append(GROUP.format(len(groups)))
        short = compact(self.delivery_policy([*groups, ""]))
        groups.append("x" * (size - len(short)))
        for group in groups:
            self.log_group(group)
        assert len(self.policy(name, self.delivery_policy(groups))) == size
        return groups

    def ten_policies(self):
        """As many policies as an account can have, each of one group. Returns the names of the groups."""
        names = self.log_groups(self.place.limits.account_policies)
        for number, group in enumerate(names):
            self.policy(f"policy-{number}", self.delivery_policy([group]))
        return names

    def hand_written(self):
        """Policies as people write them, of three groups that exist. Returns name → document."""
        groups = ["/example/first", "/example/second", "/example/third"]
        for group in groups:
            self.log_group(group)
        documents = hand_written(groups, self.place.account, self.place.region)
        for name, document in documents.items():
            self.policy(name, document)
        return documents

    def not_json(self, name="broken"):
        """A policy that is not valid JSON."""
        return self.policy(name, '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",]}')

    def wildcard(self, name=AWS_WRITTEN):
        """The policy that AWS writes when it has no more room: every group below /aws/vendedlogs/."""
        return self.policy(name, self.delivery_policy([WILDCARD]))

    def role(self, name, external_id=None):
        """A role that everybody may assume who knows its external id. Returns its ARN."""
        arn = f"arn:aws:iam::{self.place.account}:role/{name}"
        self.place.world.roles[arn] = external_id
        return arn

    def key(self, *groups):
        """A KMS key whose policy lets CloudWatch Logs use it for groups with these names. Returns its ARN."""
        number = len(self.place.kms_keys)
        arn = self.place.arn("kms", f"key/{number:08x}-0000-4000-8000-000000000000")
        self.place.kms_keys[arn] = [self.place.arn("logs", f"log-group:{group}") for group in groups]
        return arn

    def function(self, name, **environment):
        """A function without a policy. Returns its ARN."""
        return self.place.functions.add(name, **environment)

    def stream(self, name, **tags):
        """A Firehose stream. Returns its ARN."""
        return self.place.streams.add(name, tags)

    def state_machine(self, name, group=None, level="ERROR"):
        """A state machine that logs to a log group, or nowhere. Returns its ARN."""
        to = [{"cloudWatchLogsLogGroup": {"logGroupArn": f"{self.place.arn('logs', f'log-group:{group}')}:*"}}]
        logging = {"level": level, "includeExecutionData": True, "destinations": to}
        return self.place.state_machines.add(name, logging if group else None)

    def api(self, name, stages, protocol="HTTP"):
        """An API with stages, each of which logs to a log group, or nowhere. Returns its id."""
        api = self.place.apis.add(name, protocol)
        for stage, group in stages.items():
            to = {"DestinationArn": self.place.arn("logs", f"log-group:{group}"), "Format": ACCESS_LOG}
            self.place.apis.add_stage(api, stage, to if group else None)
        return api

    def organization(self, alias="example"):
        """A WorkMail organization. Returns its ARN."""
        return self.place.workmail.organizations[self.place.workmail.add(alias)]["ARN"]

    def workmail_audit(
        self, group="/aws/workmail/audit/example", log_type="AUTHENTICATION_LOGS", alias="example", key_for="*"
    ):
        """An organization with an audit log, delivered to a log group that has every setting there is.

        `key_for` is what the policy of the KMS key lets it be used for: `*`, or names of groups.
        """
        key = self.key(key_for)
        group_arn = self.log_group(group, kmsKeyId=key, tags={"team": "mail", "stage": "example"})
        function = self._decorate(group)
        organization = self.organization(alias)
        policies = self.logs.policies.of_account
        if AWS_WRITTEN not in policies:
            self.policy(AWS_WRITTEN, self.delivery_policy([group]))
        deliveries = self.logs.deliveries
        source, destination = f"{alias}-{log_type.lower()}", f"{alias}-audit"
        deliveries.put_delivery_source({"name": source, "resourceArn": organization, "logType": log_type})
        made = deliveries.put_delivery_destination(
            {
                "name": destination,
                "outputFormat": "json",
                "deliveryDestinationConfiguration": {"destinationResourceArn": group_arn},
                "tags": {"team": "mail"},
            }
        )["deliveryDestination"]
        delivery = deliveries.create_delivery(
            {"deliverySourceName": source, "deliveryDestinationArn": made["arn"], "recordFields": ["event_timestamp"]}
        )["delivery"]["id"]
        return Audit(
            deliveries, organization, log_type, group, group_arn, source, destination, delivery, function, key
        )

    def share_destination(self, audit, log_type="ACCESS_CONTROL_LOGS"):
        """A second kind of log of the same organization, delivered to the same destination. Returns the delivery."""
        deliveries, name = self.logs.deliveries, f"{audit.source}-{log_type.lower()}"[:60]
        deliveries.put_delivery_source({"name": name, "resourceArn": audit.organization, "logType": log_type})
        destination = deliveries.destinations[audit.destination]["arn"]
        made = deliveries.create_delivery({"deliverySourceName": name, "deliveryDestinationArn": destination})
        return made["delivery"]["id"]

    def mark(self, arn, **tags):
        """Tags on a log group, source, destination or delivery, such as only AWS can write too: `aws:…`.

        CloudFormation marks what it made: `mark(arn, **{"aws:cloudformation:stack-name": "example"})`.
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
        """
        group = self.logs.groups.of_arn(arn)
        (group.tags if group else self.logs.deliveries.tags_of(arn)).update(tags)

    def _decorate(self, group):
        """Gives a log group everything that a log group can have. Returns the function that is subscribed to it."""
        logs, named = self.logs, {"logGroupName": group}
        arn = logs.groups.find(group).arn
        logs.groups.put_retention_policy({**named, "retentionInDays": 90})
        logs.settings.put_data_protection_policy(
            {"logGroupIdentifier": group, "policyDocument": json.dumps(DATA_PROTECTION)}
        )
        logs.settings.put_index_policy(
            {"logGroupIdentifier": group, "policyDocument": compact({"Fields": ["user", "source_ip"]})}
        )
        logs.settings.put_transformer({"logGroupIdentifier": group, "transformerConfig": [{"parseJSON": {}}]})
        function, stream = self.function("watch"), self.stream("mail")
        self.place.functions.add_permission(
            {
                "FunctionName": "watch",
                "StatementId": f"logs-{self.place.serial()}",
                "Action": "lambda:InvokeFunction",
                "Principal": "logs.amazonaws.com",
                "SourceArn": f"{arn}:*",
                "SourceAccount": self.place.account,
            }
        )
        filters = logs.filters
        filters.put_subscription_filter(
            {**named, "filterName": "to-function", "filterPattern": "", "destinationArn": function}
        )
        filters.put_subscription_filter(
            {
                **named,
                "filterName": "to-stream",
                "filterPattern": '{ $.auth_successful = "false" }',
                "destinationArn": stream,
                "roleArn": self.role("subscription"),
                "applyOnTransformedLogs": True,
            }
        )
        transformation = {"metricName": "Failed", "metricNamespace": "Example", "metricValue": "1", "defaultValue": 0.0}
        filters.put_metric_filter(
            {
                **named,
                "filterName": "failed",
                "filterPattern": '{ $.auth_successful = "false" }',
                "metricTransformations": [{**transformation, "unit": "Count"}],
            }
        )
        logs.groups.put_log_group_deletion_protection(
            {"logGroupIdentifier": group, "deletionProtectionEnabled": True}
        )
        return function
