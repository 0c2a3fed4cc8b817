"""Resource policies: up to ten of the account, and one of each log group.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
"""

import json

from ..documents import compact, delivery_statement, policy
from ..errors import Refused, invalid_parameter, limit_exceeded
from ..grants import may_deliver
from ..paging import page

ACCOUNT = "ACCOUNT"
RESOURCE = "RESOURCE"


class Policies:
    """The resource policies of one Region of one account."""

    def __init__(self, place, groups):
        self.place = place
        self.groups = groups
        # Those of the account, by name, in the order they were made.
        self.of_account = {}

    def put_resource_policy(self, request):
        self._check_which(request)
        if "policyDocument" not in request:
            raise invalid_parameter("policyDocument is required.")
        self._check_document(request["policyDocument"])
        if "policyName" in request:
            return {"resourcePolicy": self._put_of_account(request["policyName"], request["policyDocument"])}
        group = self._group(request["resourceArn"])
        self._check_revision(group, request)
        written = self.write_of_group(group, request["policyDocument"])
        return {"resourcePolicy": written, "revisionId": written["revisionId"]}

    def describe_resource_policies(self, request):
        # A policy of a log group is shown only to who asks for RESOURCE and names the group; there is no list of them.
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html
        if request.get("policyScope", ACCOUNT) == RESOURCE:
            group = self.groups.of_arn(request.get("resourceArn", ""))
            found = [group.policy] if group and group.policy else []
        elif "resourceArn" in request:
            # Not documented: refused, so that the account's policies are not taken for those of the group.
            raise invalid_parameter("resourceArn is for policies of scope RESOURCE.")
        else:
            found = list(self.of_account.values())
        shown, more = page(found, request, self.place.page_sizes.get("DescribeResourcePolicies", 50))
        return {"resourcePolicies": shown, **more}

    def delete_resource_policy(self, request):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteResourcePolicy.html
        self._check_which(request)
        if "policyName" in request:
            name = request["policyName"]
            if self.of_account.pop(name, None) is None:
                raise Refused("ResourceNotFoundException", f"Policy with name [{name}] does not exist.")
            return
        group = self._group(request["resourceArn"])
        if group.policy is None:
            raise Refused("ResourceNotFoundException", "The log group has no resource policy.")
        self._check_revision(group, request)
        group.policy = None

    def write_of_account(self, name, document):
        """Writes a policy of the account without asking whether AWS would take it."""
        self.of_account[name] = {
            "policyName": name,
            "policyDocument": document,
            "lastUpdatedTime": self.place.now(),
            "policyScope": ACCOUNT,
        }
        return self.of_account[name]

    def write_of_group(self, group, document):
        """Writes the policy of a log group without asking whether AWS would take it."""
        group.policy = {
            "policyDocument": document,
            "lastUpdatedTime": self.place.now(),
            "policyScope": RESOURCE,
            "resourceArn": group.arn,
            "revisionId": f"{self.place.serial():016x}",
        }
        return group.policy

    def lets_in(self, group, stream_name, source_arn):
        """Whether log delivery may write to a stream of this group."""
        documents = [one["policyDocument"] for one in self.of_account.values()]
        documents += [group.policy["policyDocument"]] if group.policy else []
        context = {"aws:SourceArn": source_arn, "aws:SourceAccount": self.place.account}
        return may_deliver(documents, f"{group.arn}:log-stream:{stream_name}", context)

    def grant(self, group, source_arn):
        """What AWS does for a new delivery: a policy of the log group, unless the account's policies do already.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
        What it does with a policy that the group has already is not documented; here, it adds its statement.
        """
        if self.lets_in(group, "any", source_arn):
            return
        statement = delivery_statement([group.name], self.place.account, self.place.region)
        document = json.loads(group.policy["policyDocument"]) if group.policy else policy()
        document["Statement"].append(statement)
        self.write_of_group(group, compact(document))

    def _put_of_account(self, name, document):
        if name not in self.of_account and len(self.of_account) >= self.place.limits.account_policies:
            raise limit_exceeded()
        return self.write_of_account(name, document)

    def _check_document(self, document):
        """The model bounds the characters already; a lowered limit, and bytes, are counted here.

        The API's page says characters, the page about log delivery says bytes:
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
        """
        most = self.place.limits.policy_document
        if max(len(document), len(document.encode())) > most:
            raise invalid_parameter(
                "1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: Member must have "
                f"length less than or equal to {most}"
            )
        try:
            parsed = json.loads(document)
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict) or "Statement" not in parsed:
            # The words that a public report quotes: https://github.com/hashicorp/terraform-provider-aws/issues/32260
            raise invalid_parameter("Could not convert to persistable policy.")

    @staticmethod
    def _check_which(request):
        """A policy is one of the account or one of a log group.

        The API's page calls policyName required and does not say that it excludes resourceArn; callers found out:
        https://github.com/hashicorp/terraform-provider-aws/pull/46813. That a revision is refused where policies have
        none is this account's own strictness.
        """
        if ("policyName" in request) == ("resourceArn" in request):
            raise invalid_parameter("Exactly one of policyName and resourceArn must be provided.")
        if "policyName" in request and "expectedRevisionId" in request:
            raise invalid_parameter("expectedRevisionId is for policies of scope RESOURCE.")

    @staticmethod
    def _check_revision(group, request):
        """Who changes a log group's policy must say which one; who makes the first must say that there was none.

        No page says which errors these are; of those that the operation has, these are the ones that fit.
        """
        expected, actual = request.get("expectedRevisionId"), group.policy["revisionId"] if group.policy else None
        if actual is not None and expected is None:
            raise invalid_parameter("expectedRevisionId is required for a resource policy that exists.")
        if expected != actual:
            raise Refused("OperationAbortedException", "The revision is not the expected one. Please try again.")

    def _group(self, arn):
        if arn.endswith(":*") or ":log-group:" not in arn:
            raise invalid_parameter("resourceArn must be the ARN of a log group.")
        return self.groups.find(arn)
