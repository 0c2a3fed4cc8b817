"""What else a log group can have: data protection, field indexes, a transformer; and what an account has for all."""

import json

from ..errors import Refused, invalid_parameter, limit_exceeded
from ..paging import page
from .groups import STANDARD


class Settings:
    """Settings of log groups that are documents of their own."""

    def __init__(self, place, groups):
        self.place = place
        self.groups = groups
        self.account_policies = {}
        self.query_definitions = []
        self.anomaly_detectors = []
        self.syslog_configurations = []

    def put_data_protection_policy(self, request):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDataProtectionPolicy.html
        group = self.groups.find(request["logGroupIdentifier"])
        document = request["policyDocument"]
        if len(document) > self.place.limits.data_protection_document:
            raise limit_exceeded()
        operations = [statement.get("Operation", {}) for statement in _parsed(document).get("Statement", [])]
        if not any("Audit" in operation for operation in operations):
            raise invalid_parameter("A data protection policy must have an Audit operation.")
        if not any("Deidentify" in operation for operation in operations):
            raise invalid_parameter("A data protection policy must have a Deidentify operation.")
        group.data_protection = {"policyDocument": document, "lastUpdatedTime": self.place.now()}
        group.data_protection_status = "ACTIVATED"
        return {"logGroupIdentifier": request["logGroupIdentifier"], **group.data_protection}

    def get_data_protection_policy(self, request):
        group = self.groups.find(request["logGroupIdentifier"])
        return {"logGroupIdentifier": request["logGroupIdentifier"], **(group.data_protection or {})}

    def delete_data_protection_policy(self, request):
        group = self.groups.find(request["logGroupIdentifier"])
        if group.data_protection is None:
            raise Refused("ResourceNotFoundException", "The log group has no data protection policy.")
        group.data_protection, group.data_protection_status = None, "DELETED"

    def put_index_policy(self, request):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutIndexPolicy.html
        group = self._standard(request["logGroupIdentifier"])
        fields = _parsed(request["policyDocument"]).get("Fields")
        if not isinstance(fields, list) or len(fields) > self.place.limits.indexed_fields:
            raise invalid_parameter(f"An index policy has at most {self.place.limits.indexed_fields} Fields.")
        group.index_policy = {
            "logGroupIdentifier": group.arn,
            "lastUpdateTime": self.place.now(),
            "policyDocument": request["policyDocument"],
            "source": "LOG_GROUP",
        }
        return {"indexPolicy": group.index_policy}

    def describe_index_policies(self, request):
        # A policy of the account stands in for one of the group.
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeIndexPolicies.html
        group = self.groups.find(request["logGroupIdentifiers"][0])
        policies = [group.index_policy] if group.index_policy else [
            {
                "logGroupIdentifier": group.arn,
                "lastUpdateTime": policy["lastUpdatedTime"],
                "policyDocument": policy["policyDocument"],
                "policyName": policy["policyName"],
                "source": "ACCOUNT",
            }
            for policy in self.account_policies.values()
            if policy["policyType"] == "FIELD_INDEX_POLICY"
        ]
        return {"indexPolicies": policies}

    def delete_index_policy(self, request):
        group = self.groups.find(request["logGroupIdentifier"])
        if group.index_policy is None:
            raise Refused("ResourceNotFoundException", "The log group has no index policy.")
        group.index_policy = None

    def put_transformer(self, request):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutTransformer.html
        group = self._standard(request["logGroupIdentifier"])
        created = group.transformer["creationTime"] if group.transformer else self.place.now()
        group.transformer = {
            "transformerConfig": request["transformerConfig"],
            "creationTime": created,
            "lastModifiedTime": self.place.now(),
        }

    def get_transformer(self, request):
        group = self.groups.find(request["logGroupIdentifier"])
        return {"logGroupIdentifier": group.arn, **group.transformer} if group.transformer else {}

    def delete_transformer(self, request):
        self.groups.find(request["logGroupIdentifier"]).transformer = None

    def put_account_policy(self, request):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
        policy = {"scope": "ALL", **request, "lastUpdatedTime": self.place.now(), "accountId": self.place.account}
        self.account_policies[request["policyType"], request["policyName"]] = policy
        return {"accountPolicy": policy}

    def describe_account_policies(self, request):
        wanted, named = request["policyType"], request.get("policyName")
        found = [
            policy
            for (kind, name), policy in sorted(self.account_policies.items())
            if kind == wanted and named in (None, name)
        ]
        shown, more = page(found, request, self.place.page_sizes.get("DescribeAccountPolicies", 50))
        return {"accountPolicies": shown, **more}

    def delete_account_policy(self, request):
        if self.account_policies.pop((request["policyType"], request["policyName"]), None) is None:
            raise Refused("ResourceNotFoundException", "The specified account policy does not exist.")

    def put_query_definition(self, request):
        definition = {"queryLanguage": "CWLI", **request, "lastModified": self.place.now()}
        definition.pop("clientToken", None)
        definition.setdefault("queryDefinitionId", f"query-{len(self.query_definitions)}")
        self.query_definitions.append(definition)
        return {"queryDefinitionId": definition["queryDefinitionId"]}

    def describe_query_definitions(self, request):
        prefix = request.get("queryDefinitionNamePrefix", "")
        found = [definition for definition in self.query_definitions if definition["name"].startswith(prefix)]
        most = self.place.page_sizes.get("DescribeQueryDefinitions", 1000)
        shown, more = page(found, request, most, limit="maxResults")
        return {"queryDefinitions": shown, **more}

    def create_log_anomaly_detector(self, request):
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogAnomalyDetector.html
        group = self._standard(request["logGroupArnList"][0])
        number = len(self.anomaly_detectors)
        arn = self.place.arn("logs", f"anomaly-detector:{number:08x}-0000-0000-0000-000000000000")
        kept = ("detectorName", "evaluationFrequency", "filterPattern", "kmsKeyId", "anomalyVisibilityTime")
        self.anomaly_detectors.append(
            {
                **{key: request[key] for key in kept if key in request},
                "anomalyDetectorArn": arn,
                "logGroupArnList": [group.arn],
                "anomalyDetectorStatus": "TRAINING",
                "creationTimeStamp": self.place.now(),
                "lastModifiedTimeStamp": self.place.now(),
            }
        )
        return {"anomalyDetectorArn": arn}

    def list_log_anomaly_detectors(self, request):
        wanted = request.get("filterLogGroupArn")
        found = [found for found in self.anomaly_detectors if wanted is None or wanted in found["logGroupArnList"]]
        shown, more = page(found, request, self.place.page_sizes.get("ListLogAnomalyDetectors", 50))
        return {"anomalyDetectors": shown, **more}

    def list_syslog_configurations(self, request):
        found = self.syslog_configurations
        if "logGroupIdentifier" in request:
            arn = self.groups.find(request["logGroupIdentifier"]).arn
            found = [configuration for configuration in found if configuration["logGroupArn"] == arn]
        most = self.place.page_sizes.get("ListSyslogConfigurations", 50)
        shown, more = page(found, request, most, limit="maxResults")
        return {"syslogConfigurations": shown, **more}

    def _standard(self, identifier):
        """Only the Standard class has these.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
        """
        group = self.groups.find(identifier)
        if group.log_class != STANDARD:
            raise invalid_parameter(f"Log groups of class {group.log_class} cannot have this.")
        return group


def _parsed(document):
    try:
        parsed = json.loads(document)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise invalid_parameter("The policy document is not valid JSON.")
    return parsed
