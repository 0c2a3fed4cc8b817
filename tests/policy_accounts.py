"""Accounts made at random, the same for the same seed: resource policies in every shape that AWS, tools and people give them.

An account is what `mailtrail policy snapshot` would write of it, with the options of a plan to be made.
"""

import dataclasses
import json
import random

from account.documents import AWS_WRITTEN, LOG_DELIVERY, WRITE, compact
from samples import ACCOUNT, START

OTHER_ACCOUNT = "444455556666"
REGIONS = {"eu-west-1": "aws", "us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov"}
SERVICES = [
    "es.amazonaws.com",
    "route53.amazonaws.com",
    "events.amazonaws.com",
    "vpc-lattice.amazonaws.com",
    "ecs.amazonaws.com",
]
# What people name log groups, what services do, and names that are nearly those of another.
PREFIXES = [
    "/aws/vendedlogs/states/",
    "/aws/vendedlogs/",
    "/aws/vendedlogs-old/",
    "/aws/vendedlogs",
    "/AWS/VendedLogs/",
    "/aws/states/",
    "/aws/apigateway/",
    "/aws/events/",
    "/aws/workmail/audit/",
    "/aws/opensearch/domains/",
    "aws-waf-logs-",
    "/example/team-with-a-long-name/production/service/",
    "app_",
]
WORDS = ["orders", "orders-2", "Orders", "a", "b", "nightly/hourly", "x.y#z", "review-101", "logs", "audit"]
TAILS = [":log-stream:*", ":log-stream:*", ":log-stream:*", ":*", "", ":log-stream:", ":*:*", ":log-stream:app-?", ":LOG-STREAM:*"]
POLICY_NAMES = [
    AWS_WRITTEN,
    "AWSLogDeliveryWrite",
    "AWSLogDeliveryWrite20150319-1",
    "OpenSearch-logs",
    "TrustEventsToStoreLogEvents",
    "MailtrailLogDelivery",
    "mailtrail-log-delivery",
    "route53",
    "waf",
    "terraform-20261120",
    "P",
    "p",
]
SIDS = ["", AWS_WRITTEN, "AWSLogDeliveryWrite", "AWSLogDeliveryWrite1", "MailtrailLogDelivery", "MailtrailLogDelivery1", "dup"]
TOOLS = [
    {},
    {"team": "mail"},
    {"aws:cloudformation:stack-name": "stack"},
    {"aws:cloudformation:stack-name": "stack", "aws:cloudformation:logical-id": "Logs"},
]


@dataclasses.dataclass(frozen=True)
class RandomAccount:
    """An account, and how to plan for it."""

    seed: int
    inventory: dict
    options: list


def random_account(seed, region=None):
    """The account of a seed; in any Region, or in one."""
    return _Maker(seed, region).account()


class _Maker:
    def __init__(self, seed, region):
        self.chance = random.Random(seed)
        self.seed = seed
        self.region = region or self.chance.choice(list(REGIONS))
        self.partition = REGIONS[self.region]
        self.here = f"arn:{self.partition}:logs:{self.region}:{ACCOUNT}"
        names = self._names(self.chance.choice([1, 3, 8, 8, 20, 20, 45, 90]))
        self.existing = [name for name in names if self.chance.random() < self.chance.choice([0.2, 0.6, 0.95])]
        self.names = names

    def account(self):
        """Everything, in the order in which a survey reads it."""
        count = self.chance.choice([0, 1, 1, 2, 2, 3, 5, 8, 9, 10])
        named = self.chance.sample(POLICY_NAMES, count)
        policies = [
            {"policyName": name, "policyDocument": self._text(self._document(name)), "policyScope": "ACCOUNT"}
            for name in named
        ]
        of_groups = {name: self._seen(self._group_policy(name)) for name in self.existing if self._is(0.8)}
        if of_groups and self._is(0.1):
            of_groups[self.chance.choice(list(of_groups))] = {"state": "not_seen", "reason": "access denied"}
        sources, destinations, deliveries = self._deliveries()
        inventory = {
            "account": ACCOUNT,
            "region": self.region,
            "account_policies": {"state": "seen", "at": START, "value": policies},
            "log_group_policies": of_groups,
            "log_groups": self._part([self._group(name) for name in self.existing]),
            "delivery_sources": self._part(sources),
            "delivery_destinations": self._part(destinations),
            "deliveries": self._part(deliveries),
            "v1_destinations": self._part([]),
        }
        return RandomAccount(self.seed, inventory, self._options(destinations))

    def _is(self, share):
        return self.chance.random() < share

    def _seen(self, value):
        """A look at one log group: now and then one that is too old to go by."""
        at = START - 1 if self._is(0.05) else START + 5
        return {"state": "seen", "at": at, "value": value}

    def _part(self, value):
        if self._is(0.03):
            return {"state": "not_seen", "reason": "access denied"}
        return {"state": "seen", "at": START - 5 if self._is(0.03) else START + 5, "value": value}

    def _names(self, count):
        few = self.chance.sample(PREFIXES, self.chance.randint(1, len(PREFIXES)))
        return sorted({self.chance.choice(few) + self._word() for _ in range(count)})

    def _word(self):
        word = self.chance.choice(WORDS)
        return word if self._is(0.4) else f"{word}-{self.chance.randint(0, 60)}"

    def _group(self, name):
        return {"logGroupName": name, "tags": self.chance.choice([None, *TOOLS])}

    def _options(self, destinations):
        options = ["--share", str(self.chance.choice([20, 50, 80, 80, 100]))]
        options += ["--soft-limit", str(self.chance.choice([600, 1_200, 3_000, 5_120, 5_120]))]
        if self._is(0.1):
            options += ["--target", "hard", "--hard-limit", str(self.chance.choice([1_200, 51_200]))]
        if destinations and self._is(0.3):
            arn = self.chance.choice(destinations)["deliveryDestinationConfiguration"]["destinationResourceArn"]
            group = arn.split(":log-group:")[1].removesuffix(":*")
            options += ["--move", group]
            if self._is(0.3):
                options += ["--name", f"{group}=/aws/vendedlogs/moved/{self.chance.randint(0, 9)}"]
        return options

    def _deliveries(self):
        """Sources, destinations and deliveries of the second version, to some of the groups."""
        sources, destinations, deliveries = [], [], []
        for number, group in enumerate(self.chance.sample(self.existing, min(len(self.existing), 3))):
            if self._is(0.5):
                continue
            source, destination = f"source-{number}", f"destination-{number}"
            resource = f"arn:{self.partition}:workmail:{self.region}:{ACCOUNT}:organization/m-{number:032x}"
            tags = self.chance.choice(TOOLS)
            sources.append(
                {
                    "name": source,
                    "resourceArns": [resource],
                    "service": "workmail",
                    "logType": "ACCESS_CONTROL_LOGS",
                    "status": self.chance.choice(["ACTIVE", "ACTIVE", "INACTIVE"]),
                    "tags": tags,
                }
            )
            to = f"{self.here}:log-group:{group}{self.chance.choice(['', ':*'])}"
            arn = f"{self.here}:delivery-destination:{destination}"
            destinations.append(
                {
                    "name": destination,
                    "arn": arn,
                    "deliveryDestinationType": "CWL",
                    "outputFormat": self.chance.choice(["json", "plain", None]),
                    "deliveryDestinationConfiguration": {"destinationResourceArn": to},
                    "tags": tags,
                }
            )
            delivery = {"id": f"{number:016x}", "deliverySourceName": source, "deliveryDestinationArn": arn, "tags": tags}
            deliveries.append(delivery)
        return sources, destinations, deliveries

    def _group_policy(self, name):
        if self._is(0.75):
            return None
        arn = f"{self.here}:log-group:{name}"
        statements = [self._statement([name]) for _ in range(self.chance.choice([1, 1, 2]))]
        return {
            "policyDocument": self._text(self._head(statements)),
            "policyScope": "RESOURCE",
            "resourceArn": self.chance.choice([arn, arn, f"{arn}:*"]),
            "revisionId": f"{self.chance.randint(1, 10**9):x}",
            **self.chance.choice([{}, {"policyName": self.chance.choice(POLICY_NAMES)}]),
        }

    def _document(self, name):
        if name == AWS_WRITTEN and self._is(0.8):
            return self._head([self._written_by_aws()])
        return self._head([self._statement(self.names) for _ in range(self.chance.choice([1, 1, 2, 3, 4]))])

    def _head(self, statements):
        version = self.chance.choice(["2012-10-17"] * 5 + ["2008-10-17"])
        head = {"Version": version} if self._is(0.95) else {}
        head |= {"Id": self.chance.choice(["id", "é-id"])} if self._is(0.1) else {}
        one = statements[0] if len(statements) == 1 and self._is(0.3) else statements
        return {**head, "Statement": one}

    def _text(self, document):
        """As AWS writes it, or as people do; now and then no policy at all."""
        if self._is(0.02):
            return self.chance.choice(["", "{", '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",]}', "[]"])
        if self._is(0.6):
            return compact(document)
        return json.dumps(document, indent=self.chance.choice([None, 2, 4]), ensure_ascii=self._is(0.5))

    def _written_by_aws(self):
        groups = [name for name in self.names if self._is(0.8)] or self.names[:1]
        statement = {
            "Sid": self.chance.choice([AWS_WRITTEN, "AWSLogDeliveryWrite"]),
            "Effect": "Allow",
            "Principal": {"Service": LOG_DELIVERY},
            "Action": list(WRITE),
            "Resource": [f"{self.here}:log-group:{name}:log-stream:*" for name in groups],
            "Condition": self._own_conditions(),
        }
        if self._is(0.1):
            statement["Resource"].append(f"{self.here}:log-group:/aws/vendedlogs/*")
        return statement

    def _own_conditions(self):
        return {
            "StringEquals": {"aws:SourceAccount": [ACCOUNT]},
            "ArnLike": {"aws:SourceArn": [f"{self.here}:*"]},
        }

    def _statement(self, names):
        statement = {"Sid": self.chance.choice(SIDS)} if self._is(0.6) else {}
        statement["Effect"] = "Deny" if self._is(0.08) else "Allow"
        exempt = "Not" if self._is(0.04) else ""
        statement[f"{exempt}Principal"] = self._principal()
        statement[("Not" if self._is(0.04) else "") + "Action"] = self._actions()
        statement[("Not" if self._is(0.04) else "") + "Resource"] = self._resources(names)
        if condition := self._condition():
            statement["Condition"] = condition
        return self._spoiled(statement)

    def _spoiled(self, statement):
        """Now and then a statement that is not one, or has a member that is not known."""
        if not self._is(0.03):
            return statement
        change = self.chance.choice(
            [{"Effect": "allow"}, {"X-Example": {"kept": [1, 2.5, None]}}, {"Resource": []}, {"Principal": None}]
        )
        return {**statement, **change}

    def _principal(self):
        if self._is(0.6):
            return {"Service": self.chance.choice([LOG_DELIVERY, [LOG_DELIVERY]])}
        return self.chance.choice(
            [
                {"Service": self.chance.choice(SERVICES)},
                {"Service": self.chance.choice(SERVICES)},
                {"Service": [LOG_DELIVERY, self.chance.choice(SERVICES)]},
                "*",
                {"AWS": "*"},
                {"AWS": ACCOUNT},
                {"AWS": f"arn:{self.partition}:iam::{OTHER_ACCOUNT}:root"},
                {"AWS": OTHER_ACCOUNT, "Service": LOG_DELIVERY},
            ]
        )

    def _actions(self):
        return self.chance.choice(
            [
                list(WRITE),
                list(WRITE),
                list(reversed(WRITE)),
                "logs:PutLogEvents",
                ["logs:CreateLogStream"],
                ["logs:Put*", "logs:Create*"],
                ["logs:PutLogEvents", "logs:PutLogEventsBatch", "logs:CreateLogStream"],
                "logs:*",
                ["LOGS:putlogevents", "logs:CreateLogStream"],
            ]
        )

    def _resources(self, names):
        """One entry as a text, or several; with repetitions, and with some that others take in."""
        if self._is(0.05):
            return self.chance.choice(["*", f"{self.here}:*", [f"arn:{self.partition}:logs:*:*:log-group:*"]])
        count = self.chance.choice([1, 1, 2, 4, min(12, 2 * len(names))])
        entries = [self._entry(self.chance.choice(names)) for _ in range(count)]
        return entries[0] if count == 1 and self._is(0.5) else entries

    def _entry(self, name):
        here = self.here
        if self._is(0.08):
            partition = self.chance.choice(list(REGIONS.values()))
            region = self.chance.choice([*REGIONS, "*", self.region])
            here = f"arn:{partition}:logs:{region}:{self.chance.choice([ACCOUNT, OTHER_ACCOUNT, '*'])}"
        if self._is(0.08):
            name = self.chance.choice([name[: len(name) // 2 + 1] + "*", f"{name}*", "/aws/vendedlogs/*", name[:-1] + "?"])
        if self._is(0.02):
            name = "${aws:SourceAccount}" + name
        return f"{here}:log-group:{name}{self.chance.choice(TAILS)}"

    def _condition(self):
        source = f"arn:{self.partition}:{{}}:{self.region}:{ACCOUNT}:{{}}"
        domain, rule = source.format("es", "domain/orders"), source.format("events", "rule/x")
        own = self._own_conditions()
        return self.chance.choice(
            [
                own,
                own,
                own,
                own,
                {},
                {},
                {"ArnLike": own["ArnLike"], "StringEquals": {"aws:SourceAccount": ACCOUNT}},
                {"StringEquals": {"AWS:sourceaccount": [ACCOUNT]}},
                {"StringEquals": {"aws:SourceAccount": [ACCOUNT, OTHER_ACCOUNT]}},
                {"StringEquals": {"aws:SourceAccount": OTHER_ACCOUNT}},
                {"ArnEquals": {"aws:SourceArn": rule}},
                {"ArnLike": {"aws:SourceArn": [domain, source.format("es", "domain/*")]}},
                {"StringNotEquals": {"aws:SourceAccount": OTHER_ACCOUNT}},
                {"StringNotLike": {"aws:SourceArn": "arn:*:es:*"}},
                {"ArnNotLike": {"aws:SourceArn": source.format("*", "*")}},
                {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
                {"StringNotEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
                {"Null": {"aws:SourceAccount": "true"}},
                {"Null": {"aws:SourceArn": "false"}, "Bool": {"aws:SecureTransport": "true"}},
                {"BoolIfExists": {"aws:SecureTransport": False}},
                {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
                {"NumericLessThan": {"aws:EpochTime": 1_900_000_000}},
                {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}},
                {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
                {"ForAnyValue:StringLike": {"aws:TagKeys": ["mail*"]}},
                {"ForAllValues:StringEquals": {"aws:TagKeys": ["mail", "team"]}},
                {"ForAllValues:StringNotEquals": {"aws:TagKeys": ["mail"]}},
                {"StringLike": {"aws:SourceAccount": "1111*"}, "StringEquals": {"aws:SourceOrgID": "o-example"}},
                {"StringEquals": {"aws:SourceAccount": "${aws:ResourceAccount}"}},
            ]
        )
