"""Step Functions: state machines, and where they log to.

https://docs.aws.amazon.com/step-functions/latest/apireference/ and, for logging,
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import datetime

from .errors import Refused
from .paging import page

DEFINITION = '{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}'
METADATA_ONLY = "METADATA_ONLY"


class StateMachines:
    """The state machines of one Region of one account."""

    def __init__(self, place):
        self.place = place
        # ARN → the state machine as it is described.
        self.machines = {}
        # ARNs of those whose definitions are encrypted with a key that the tests may not use.
        self.encrypted = set()

    def add(self, name, logging=None):
        """A state machine. Returns its ARN."""
        arn = self.place.arn("states", f"stateMachine:{name}")
        self.machines[arn] = {
            "stateMachineArn": arn,
            "name": name,
            "status": "ACTIVE",
            "definition": DEFINITION,
            "roleArn": f"arn:aws:iam::{self.place.account}:role/{name}",
            "type": "STANDARD",
            "creationDate": self._now(),
            "loggingConfiguration": logging or {"level": "OFF", "includeExecutionData": False},
        }
        return arn

    def logs_to(self, arn):
        """The ARNs of the log groups that a state machine logs to."""
        destinations = self.machines[arn]["loggingConfiguration"].get("destinations", [])
        return [destination["cloudWatchLogsLogGroup"]["logGroupArn"] for destination in destinations]

    def list_state_machines(self, request):
        # https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html: 100 if nothing is
        # said, at most 1000
        kept = ("stateMachineArn", "name", "type", "creationDate")
        found = [{key: machine[key] for key in kept} for machine in self.machines.values()]
        asked = request.get("maxResults", 0) or 100
        shown, more = page(
            found,
            request,
            self.place.page_sizes.get("ListStateMachines", asked),
            limit="maxResults",
            error="InvalidToken",
        )
        return {"stateMachines": shown, **more}

    def describe_state_machine(self, request):
        # https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
        machine = self._machine(request)
        if request.get("includedData") == METADATA_ONLY:
            return {**machine, "definition": "{}"}
        if machine["stateMachineArn"] in self.encrypted:
            raise Refused("KmsAccessDeniedException", "The caller has no permission to use the key.")
        return machine

    def update_state_machine(self, request):
        # https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
        machine = self._machine(request)
        if "roleArn" not in request:
            raise Refused("MissingRequiredParameter", "Either the definition, the role ARN, or both must be specified.")
        logging = request["loggingConfiguration"]
        for destination in logging.get("destinations", []):
            arn = destination["cloudWatchLogsLogGroup"]["logGroupArn"]
            if not arn.endswith(":*") or self.place.logs.groups.of_arn(arn) is None:
                raise Refused("InvalidLoggingConfiguration", "Invalid Logging Configuration: no such log group.")
        machine.update(roleArn=request["roleArn"], loggingConfiguration=logging)
        return {"updateDate": self._now()}

    def _machine(self, request):
        arn = request["stateMachineArn"]
        if arn not in self.machines:
            raise Refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
        return self.machines[arn]

    def _now(self):
        return datetime.datetime.fromtimestamp(self.place.now() / 1000, datetime.UTC)
