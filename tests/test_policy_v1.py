"""Services with V1 log delivery: found through their own APIs, and moved by commands that people run.

The commands are read as the AWS CLI reads them, held against AWS's own models, and then carried out on the account of
the tests: what they say is true when the services deliver to the new log group afterwards, and to the old one again.
"""

import json

import pytest

import aws_commands
from account.fixtures import ACCESS_LOG
from applying import writes
from programs import DONE, NEEDS_A_LOOK, REGION
from samples import ACCOUNT

MACHINES, APIS = "/aws/states/orders", "/aws/apigateway/orders"
STEP_FUNCTIONS, API_GATEWAY = "Step Functions", "API Gateway HTTP and WebSocket APIs"
OTHERS = ("EventBridge Pipes", "VPC Lattice", "Network Firewall", "MSK Connect")


class V1:
    """`mailtrail policy` on an account with state machines and APIs."""

    def __init__(self, account, mailtrail):
        self.account = account
        self.mailtrail = mailtrail

    def run(self, *arguments):
        """Runs a command that asks AWS."""
        return self.mailtrail.run("policy", *arguments, env=self.account.environment())

    def offline(self, *arguments):
        """Runs a command without an endpoint that answers."""
        return self.mailtrail.run("policy", *arguments, env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})

    def snapshot(self, code=DONE):
        """The snapshot, and what was said about it."""
        run = self.run("snapshot").expect(code)
        return json.loads(run.stdout), run.stderr

    def move(self, group):
        """The commands of a move, forward and back."""
        (step,) = self.run("plan", "--json", "--move", group).expect(DONE).answer["steps"]
        assert step["writes"] == [] and step["move"]["from"] == group
        assert all(commands["refused"] is None for commands in step["move"]["v1"])
        return step["move"]["v1"]

    def refusal(self, *arguments):
        """Why a log group is not moved."""
        (refused,) = self.run("plan", "--json", *arguments).expect(NEEDS_A_LOOK).answer["refused"]
        return refused["why"]

    def carry_out(self, commands):
        """Runs commands of the AWS CLI as it would."""
        for line in commands:
            if line.startswith("# "):
                continue  # says what a command cannot do
            made = call(line)
            getattr(self.account.client(made.service), made.operation)(**made.parameters)


@pytest.fixture
def v1(account, mailtrail):
    """The commands, on an empty account."""
    return V1(account, mailtrail)


def call(line):
    """A command for the Region of the tests."""
    made = aws_commands.call(line)
    assert made.options == {"--region": REGION}, line
    return made


def arn(group):
    """The ARN of a log group."""
    return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"


def lets_in(account, group):
    """Whether log delivery may write to a log group."""
    logs = account.place().logs
    return logs.policies.lets_in(logs.groups.find(group), "any", f"arn:aws:logs:{REGION}:{ACCOUNT}:delivery:any")


def test_a_state_machine_is_pointed_to_the_new_log_group_and_back(account, v1):
    account.fixtures.log_group(MACHINES)
    machine = account.fixtures.state_machine("orders", MACHINES)
    before = dict(account.place().state_machines.machines[machine])
    (commands,) = v1.move(MACHINES)
    assert commands["service"] == "step-functions"
    new = "/aws/vendedlogs/states/orders"
    v1.carry_out(commands["forward"])
    assert account.place().state_machines.logs_to(machine) == [f"{arn(new)}:*"]
    assert lets_in(account, new)
    v1.carry_out(commands["back"])
    assert account.place().state_machines.machines[machine] == before


def test_the_new_log_group_keeps_events_as_long_as_the_old_one_and_is_made_alike(account, v1):
    key = account.fixtures.key("*")
    account.fixtures.log_group(MACHINES, kmsKeyId=key, tags={"team": "the mail"})
    groups = account.place().logs.groups
    groups.put_retention_policy({"logGroupName": MACHINES, "retentionInDays": 30})
    account.fixtures.state_machine("orders", MACHINES)
    (commands,) = v1.move(MACHINES)
    v1.carry_out(commands["forward"])
    old, new = groups.find(MACHINES), groups.find("/aws/vendedlogs/states/orders")
    assert (new.retention, new.kms_key, new.settings()) == (30, key, old.settings())
    (note,) = [line for line in commands["forward"] if line.startswith("# ")]
    assert "subscription filters" in note and "known" not in note


def test_every_stage_is_pointed_to_the_new_log_group_and_back(account, v1):
    account.fixtures.log_group(APIS)
    api = account.fixtures.api("orders", {"$default": APIS, "silent": None})
    socket = account.fixtures.api("orders-live", {"live": APIS}, protocol="WEBSOCKET")
    stages = account.place().apis.stages
    first, second = v1.move(APIS)
    assert first["service"] == second["service"] == "api-gateway-http"
    new = "/aws/vendedlogs/apigateway/orders"
    # The log group, the leave to write to it, and what it lacks are the same for both.
    assert first["forward"][:-1] == second["forward"][:-1]
    v1.carry_out([*first["forward"], second["forward"][-1]])
    logging = {"DestinationArn": arn(new), "Format": ACCESS_LOG}
    assert stages[api]["$default"]["AccessLogSettings"] == stages[socket]["live"]["AccessLogSettings"] == logging
    assert lets_in(account, new)
    v1.carry_out([*first["back"], *second["back"]])
    logging = {"DestinationArn": arn(APIS), "Format": ACCESS_LOG}
    assert stages[api]["$default"]["AccessLogSettings"] == stages[socket]["live"]["AccessLogSettings"] == logging
    assert "AccessLogSettings" not in stages[api]["silent"]


def test_all_pages_are_read_and_nothing_is_changed(account, v1):
    account.faults.page_sizes.update(ListStateMachines=2, GetApis=2, GetStages=2)
    account.faults.throttle_each_once()
    for number in range(5):
        account.fixtures.state_machine(f"machine-{number}", f"{MACHINES}-{number}")
        account.fixtures.api(f"api-{number}", {f"stage-{stage}": f"{APIS}-{number}-{stage}" for stage in range(3)})
    snapshot, _ = v1.snapshot()
    groups = {found["log_group"] for found in snapshot["v1_destinations"]["value"]}
    assert groups >= {f"{MACHINES}-4", f"{APIS}-4-2"} and len(groups) == 20
    counts = {service: answer["value"] for service, answer in snapshot["v1_services"].items()}
    assert counts == {"step-functions": 5, "api-gateway-http": 15}
    assert writes(account) == []


def test_what_logs_nowhere_or_elsewhere_is_no_destination(account, v1):
    account.fixtures.state_machine("silent")
    account.fixtures.api("silent", {"live": None})
    logging = {"DestinationArn": account.fixtures.stream("amazon-apigateway-orders"), "Format": ACCESS_LOG}
    account.place().apis.add_stage(account.fixtures.api("other", {}), "live", logging)
    snapshot, _ = v1.snapshot()
    assert snapshot["v1_destinations"]["value"] == []


def test_a_definition_that_is_encrypted_is_not_asked_for(account, v1):
    account.fixtures.log_group(MACHINES)
    machine = account.fixtures.state_machine("orders", MACHINES)
    account.place().state_machines.encrypted.add(machine)
    assert len(v1.move(MACHINES)) == 1


def test_what_goes_between_two_calls_is_no_failure(account, v1):
    account.fixtures.log_group(MACHINES)
    gone, _ = account.fixtures.state_machine("gone", MACHINES), account.fixtures.state_machine("orders", MACHINES)
    api = account.fixtures.api("gone", {"live": APIS})
    account.faults.before("DescribeStateMachine", lambda: account.place().state_machines.machines.pop(gone))
    account.faults.before("GetStages", lambda: account.place().apis.remove(api))
    (found,) = v1.snapshot()[0]["v1_destinations"]["value"]
    assert found["values"]["state_machine_arn"].endswith(":orders")


@pytest.mark.parametrize(
    ("action", "denied", "other"),
    [
        ("states:ListStateMachines", "step-functions", "api-gateway-http"),
        ("states:DescribeStateMachine", "step-functions", "api-gateway-http"),
        ("apigateway:GET", "api-gateway-http", "step-functions"),
    ],
)
def test_a_service_that_may_not_be_asked_is_named_and_breaks_nothing(account, v1, action, denied, other):
    account.fixtures.log_group(MACHINES)
    account.fixtures.policy("delivery", account.fixtures.delivery_policy([MACHINES]))
    account.fixtures.state_machine("orders", MACHINES)
    account.fixtures.api("orders", {"live": MACHINES})
    account.faults.deny(action)
    snapshot, said = v1.snapshot()
    assert "AccessDenied" in snapshot["v1_services"][denied]["reason"] and "AccessDenied" in said
    assert snapshot["v1_services"][other]["value"] == 1 and len(snapshot["v1_destinations"]["value"]) == 1
    (commands,) = v1.move(MACHINES)
    assert commands["service"] == other
    report = v1.run("audit", "--json").expect(DONE).answer
    title = {"step-functions": STEP_FUNCTIONS, "api-gateway-http": API_GATEWAY}[denied]
    (seen,) = [seen for seen in report["seen"] if seen["part"] == f"destinations of {title}"]
    assert seen["at"] is None and "AccessDenied" in seen["reason"]


def test_where_no_service_may_be_asked_nothing_was_seen(account, v1):
    account.faults.deny("states:*", "apigateway:*")
    snapshot, _ = v1.snapshot()
    assert snapshot["v1_destinations"]["state"] == "not_seen"
    assert all(name in snapshot["v1_destinations"]["reason"] for name in (STEP_FUNCTIONS, API_GATEWAY))


def test_services_that_were_not_asked_are_not_said_to_deliver_nothing(account, v1):
    account.fixtures.log_group(MACHINES)
    account.fixtures.policy("delivery", account.fixtures.delivery_policy([MACHINES]))
    not_seen = v1.refusal("--move", MACHINES)["unknown-source"]["not_seen"]
    assert set(OTHERS) <= set(not_seen) and not {STEP_FUNCTIONS, API_GATEWAY} & set(not_seen)
    said = v1.run("plan", "--move", MACHINES).expect(NEEDS_A_LOOK).stdout
    assert "VPC Lattice" in said and "snapshot" in said and "v1_destinations" in " ".join(said.split())
    report = v1.run("audit", "--json").expect(DONE).answer
    (finding,) = [finding for finding in report["findings"] if "V1" in finding["message"]]
    assert finding["severity"] == "note" and set(finding["resources"]) == set(not_seen)
    (seen,) = [seen for seen in report["seen"] if seen["reason"] == "not asked"]
    assert all(name in seen["part"] for name in OTHERS)


def test_a_log_group_that_no_policy_lets_log_delivery_into_has_no_unknown_source(account, v1):
    account.fixtures.log_group(MACHINES)
    assert v1.refusal("--move", MACHINES) == "no-destination"


def test_a_snapshot_can_name_what_was_not_asked(account, v1, tmp_path):
    account.fixtures.log_group(MACHINES)
    account.fixtures.policy("delivery", account.fixtures.delivery_policy([MACHINES]))
    snapshot, _ = v1.snapshot()
    values = {"subscription": "als-0123456789abcdef0"}
    named = {"service": "vpc-lattice", "log_group": MACHINES, "values": values}
    snapshot["v1_destinations"]["value"].append(named)
    path = tmp_path / "account.json"
    path.write_text(json.dumps(snapshot))
    (step,) = v1.offline("plan", path, "--json", "--move", MACHINES).expect(DONE).answer["steps"]
    (commands,) = step["move"]["v1"]
    to = {"forward": "/aws/vendedlogs/states/orders", "back": MACHINES}
    for way, group in to.items():
        made = call(commands[way][-1])
        assert (made.service, made.operation) == ("vpc-lattice", "update_access_log_subscription")
        assert made.parameters["destinationArn"] == f"{arn(group)}:*"


def test_who_does_not_want_it_asks_no_other_service(account, v1):
    account.fixtures.log_group(MACHINES)
    account.fixtures.policy("delivery", account.fixtures.delivery_policy([MACHINES]))
    account.fixtures.state_machine("orders", MACHINES)
    why = v1.refusal("--no-v1-services", "--move", MACHINES)
    assert {STEP_FUNCTIONS, API_GATEWAY, *OTHERS} <= set(why["unknown-source"]["not_seen"])
    assert {call.service for call in account.calls} == {"logs", "sts"}


def test_people_get_the_commands_to_copy(account, v1):
    account.fixtures.log_group(MACHINES)
    account.fixtures.state_machine("orders", MACHINES)
    said = v1.run("plan", "--move", MACHINES).expect(DONE).stdout
    assert "aws stepfunctions update-state-machine" in said and "by hand" in said
