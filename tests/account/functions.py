"""Lambda: functions that exist, their settings and their resource policies."""

import json
import uuid

from .errors import Refused
from .paging import page


class Functions:
    """The functions of one Region of one account."""

    def __init__(self, place):
        self.place = place
        # Function name → its statements, in order, and the revision of its policy.
        self._policies = {}
        # Function name → its environment.
        self.environments = {}
        # Function name → its state, of those that are not active.
        self.states = {}
        # ARN of a data stream → the functions that read it, with the state of that.
        self.readers = {}
        # Functions whose mappings ignore which records failed.
        self.deaf_readers = set()
        # Function name → its reserved concurrency, of those that have one.
        self.reserved = {}
        # Function name → the ARN of its on-failure destination, and that of its mappings, of those that have one.
        self.on_failure = {}

    def add(self, name, **environment):
        """A function, without a policy if it is new."""
        self._policies.setdefault(name, {"statements": {}, "revision": str(uuid.uuid4())})
        self.environments.setdefault(name, {}).update(environment)
        return self.place.arn("lambda", f"function:{name}")

    def add_alias(self, name, alias):
        """An alias of a function, with a policy of its own."""
        self._policies[f"{name}:{alias}"] = {"statements": {}, "revision": str(uuid.uuid4())}

    def remove(self, name):
        """No such function any more."""
        del self._policies[name], self.environments[name]

    def get_function_configuration(self, request):
        # https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
        name = _name(request["FunctionName"])
        self._policy(request)
        return {
            "FunctionName": name,
            "FunctionArn": self.place.arn("lambda", f"function:{name}"),
            "Role": f"arn:aws:iam::{self.place.account}:role/{name}",
            "State": self.states.get(name, "Active"),
            "Environment": {"Variables": self.environments[name]},
            "LoggingConfig": {"LogFormat": "JSON", "LogGroup": f"/aws/lambda/{name}"},
        }

    def list_event_source_mappings(self, request):
        # https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html
        source = request["EventSourceArn"]
        mappings = [
            {
                "UUID": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{source} {name}")),
                "EventSourceArn": source,
                "FunctionArn": self.place.arn("lambda", f"function:{name}"),
                "State": state,
                "FunctionResponseTypes": [] if name in self.deaf_readers else ["ReportBatchItemFailures"],
                **({"DestinationConfig": _on_failure(self.on_failure[name])} if name in self.on_failure else {}),
            }
            for name, state in self.readers.get(source, {}).items()
        ]
        most = self.place.page_sizes.get("ListEventSourceMappings", 100)
        shown, more = page(mappings, request, most, "Marker", "MaxItems", "InvalidParameterValueException")
        return {"EventSourceMappings": shown, **({"NextMarker": more["Marker"]} if more else {})}

    def get_function_concurrency(self, request):
        # https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html
        self._policy(request)
        reserved = self.reserved.get(_name(request["FunctionName"]))
        return {} if reserved is None else {"ReservedConcurrentExecutions": reserved}

    def get_function_event_invoke_config(self, request):
        # https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionEventInvokeConfig.html
        self._policy(request)
        name = _name(request["FunctionName"])
        if name not in self.on_failure:
            arn = self.place.arn("lambda", f"function:{name}")
            raise Refused("ResourceNotFoundException", f"The function {arn} doesn't have an EventInvokeConfig")
        arn = self.place.arn("lambda", f"function:{name}:$LATEST")
        return {"FunctionArn": arn, "DestinationConfig": _on_failure(self.on_failure[name])}

    def policy_of(self, name):
        """The policy of a function as a document, or None if it has none or there is no such function."""
        return _document(self._policies.get(_name(name)))

    def add_permission(self, request):
        # https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
        policy = self._policy(request)
        sid = request["StatementId"]
        if sid in policy["statements"]:
            raise Refused(
                "ResourceConflictException",
                f"The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the "
                "existing statement.",
            )
        statement = self._statement(request)
        policy["statements"][sid] = statement
        size = len(_document(policy))
        if size > self.place.limits.function_policy:
            del policy["statements"][sid]
            raise Refused(
                "PolicyLengthExceededException",
                f"The final policy size ({size}) is bigger than the limit ({self.place.limits.function_policy}).",
            )
        policy["revision"] = str(uuid.uuid4())
        return {"Statement": json.dumps(statement, separators=(",", ":"))}

    def remove_permission(self, request):
        # https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html
        policy = self._policy(request)
        if policy["statements"].pop(request["StatementId"], None) is None:
            raise Refused(
                "ResourceNotFoundException", f"Statement {request['StatementId']} is not found in resource policy."
            )
        policy["revision"] = str(uuid.uuid4())

    def get_policy(self, request):
        # https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
        policy = self._policy(request)
        if not policy["statements"]:
            raise Refused("ResourceNotFoundException", "The resource you requested does not exist.")
        return {"Policy": _document(policy), "RevisionId": policy["revision"]}

    def _policy(self, request):
        name = _qualified(request)
        if name not in self._policies:
            arn = self.place.arn("lambda", f"function:{name}")
            raise Refused("ResourceNotFoundException", f"Function not found: {arn}")
        policy = self._policies[name]
        if request.get("RevisionId", policy["revision"]) != policy["revision"]:
            raise Refused(
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to "
                "retrieve the latest Revision Id",
            )
        return policy

    def _statement(self, request):
        """The statement that Lambda makes of the parameters; its condition keys are spelled as Lambda spells them."""
        statement = {
            "Sid": request["StatementId"],
            "Effect": "Allow",
            "Principal": _principal(request["Principal"]),
            "Action": request["Action"],
            "Resource": self.place.arn("lambda", f"function:{_qualified(request)}"),
        }
        condition = {}
        if "SourceAccount" in request:
            condition["StringEquals"] = {"AWS:SourceAccount": request["SourceAccount"]}
        if "SourceArn" in request:
            condition["ArnLike"] = {"AWS:SourceArn": request["SourceArn"]}
        return {**statement, "Condition": condition} if condition else statement


def _on_failure(destination):
    return {"OnFailure": {"Destination": destination}}


def _document(policy):
    """A policy as Lambda shows it; None where there is nothing in it."""
    if not policy or not policy["statements"]:
        return None
    statements = list(policy["statements"].values())
    return json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": statements}, separators=(",", ":"))


def _principal(principal):
    if principal == "*":
        return "*"
    return {"Service": principal} if "." in principal else {"AWS": principal}


def _name(function):
    """The name in a function's name or ARN, without version or alias."""
    return function.split(":function:")[-1].split(":")[0]


def _qualified(request):
    """The name of what a request is about: a function, or one of its aliases."""
    name, qualifier = _name(request["FunctionName"]), request.get("Qualifier")
    return f"{name}:{qualifier}" if qualifier else name
