"""Exercises everything that the deployed functions may do, and lists the calls: for tests of their roles."""

import base64
import json

import directories
import payloads
import programs
from account.fixtures import DATA_PROTECTION
from deployment import AUDIT, MAINTENANCE

DAY_MS = 86_400_000


def every_sample(deployed, name):
    """Sends every sample to a processor, twice: all classes, quarantine, every kind of stream, and what is there already.

    Returns how many events there are.
    """
    _every_sample(deployed, name)
    return _every_sample(deployed, name)


def _every_sample(deployed, name):
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
    """Runs the audit on everything that its mode may remediate, in its own account and in those of `roles`.

    Each account has a full policy and one that names deleted log groups only, a delivery destination with every
    setting whose first move AWS refuses, a state machine and an API. Returns the remediations of three runs.
    """
    all_fixtures = [account.fixtures]
    for role in roles:
        all_fixtures.append(account.fixtures_in(role.split(":")[4]))
        all_fixtures[-1].role(role.rsplit("/", 1)[1])
    logged = [_audit_log(fixtures) for fixtures in all_fixtures]
    for number, fixtures in enumerate(all_fixtures, start=1):
        fixtures.state_machine("orders")
        fixtures.api("orders", {"live": None})
        account.faults.fail("PutDeliveryDestination", "ValidationException", nth=number)
    account.faults.after("PutDeliveryDestination", lambda: [audit.log("arrived") for audit in logged], nth=None)
    responses = [deployed.invoke(AUDIT, b"{}"), deployed.invoke(AUDIT, b"{}")]
    for fixtures in all_fixtures:
        fixtures.full_of_dead_groups(name="full")
        fixtures.policy("gone", fixtures.delivery_policy(["/example/gone"]))
    responses.append(deployed.invoke(AUDIT, b"{}"))
    return [result for response in responses for result in response]


def maintains(deployed, account):
    """Runs the maintenance on a log group whose events, of every sample, the archive lacks. Returns its last answer.

    The group is older than some of its events, has a witness, and what fills its gaps is interrupted once. It is that of an
    organization with a directory.
    """
    variables = deployed.variables(MAINTENANCE)
    destination = variables["MAILTRAIL_COVERAGE_DESTINATIONS"].split(",")[0]
    organization = account.fixtures.organization().rsplit("/", 1)[1]
    directories.fill(account.place().directories.of(organization))
    name, logs = f"/workmail/{organization}/email-events", account.place().logs
    account.fixtures.log_group(name)
    group = logs.groups.find(name)
    group.subscription_filters["mailtrail"] = {
        "filterName": "mailtrail",
        "filterPattern": "",
        "logGroupName": name,
        "destinationArn": destination,
        "creationTime": group.created,
    }
    for number, path in enumerate(programs.good_samples()):
        document = json.loads(path.read_bytes()) if path.suffix == ".json" else {}
        if "awslogs" in document or "Records" in document:
            for event in payloads.events(path.read_bytes()):
                logs.events.log(name, f"stream-{number}", group.created - 2 * DAY_MS, event["message"])
    moment = group.created - 3 * DAY_MS
    account.place().metrics.publish("OrganizationEmailReceived", 1, moment, OrganizationId=organization)
    account.faults.fail("FilterLogEvents", "ExpiredTokenException", nth=20)
    for _ in range(3):
        answer = deployed.invoke(MAINTENANCE, b"{}")
    return answer


def _audit_log(fixtures):
    """A delivered audit log whose group has every setting, data protection with a findings destination among them."""
    audit = fixtures.workmail_audit()
    fixtures.logs.groups.find(audit.group).bearer_token = True
    findings = json.dumps({"CloudWatchLogs": {"LogGroup": "/example/findings"}})
    document = json.dumps(DATA_PROTECTION).replace("{}", findings, 1)
    fixtures.logs.settings.put_data_protection_policy({"logGroupIdentifier": audit.group, "policyDocument": document})
    return audit


def calls_of(account, role=None):
    """The calls of a function in the account of the tests or, with `role`, under that role in its account.

    Each is an action, a resource and the context of its conditions, as `xtask privileges` reads them.
    """
    calls = []
    created = {call.parameters["logGroupName"]: call for call in account.called("CreateLogGroup")}
    for call in account.calls:
        # Under a role the caller is that role's session. GetCallerIdentity needs no permission.
        if (":assumed-role/" in call.caller) != bool(role) or call.operation == "GetCallerIdentity":
            continue
        assert role is None or f":{role.split(':')[4]}:" in call.caller, call
        for action, resource in call.needs:
            found = {"action": action, "resource": resource, "context": _context(action, call, created)}
            if found not in calls:
                calls.append(found)
    return calls


def _context(action, call, created):
    """The context keys that conditions on a call read."""
    if action == "lambda:AddPermission":
        return {"lambda:Principal": call.parameters["Principal"]}
    if action == "iam:PassRole":
        return {"iam:PassedToService": "logs.amazonaws.com"}
    if action == "logs:DeleteLogGroup":
        tags = created[call.parameters["logGroupName"]].parameters["tags"]
        return {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    return {}
