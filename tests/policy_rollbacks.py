"""Plans for random accounts (`policy_accounts.py`), carried out on the account of the tests (`account/`) and rolled back.

What a plan comes to is what its writes say, and after the rollback every policy is what it was, byte for byte. Two are
left, for a journal is no proof: one that had an entry for a log group that does not exist on behalf of any account, and one
that a wildcard was put into, where a log group has its access by that.
"""

import tempfile
from pathlib import Path

import account.server
import programs
from applying import Applying
from policy_accounts import random_account
from policy_proofs import Violation

UNLISTED = "was not allowed, and would be without being listed"
TAKEN = "was allowed, and would not be"
# What is about destinations: those are moved by tests of their own.
OF_MOVES = {"--move", "--name"}


def fill(aws, inventory):
    """Puts the log groups and policies of an inventory into the account of the tests."""
    logs = aws.place().logs
    listed = {group["logGroupName"] for group in inventory["log_groups"].get("value", [])}
    for name in sorted(listed | inventory["log_group_policies"].keys()):
        aws.fixtures.log_group(name)
    for policy in inventory["account_policies"]["value"]:
        aws.fixtures.policy(policy["policyName"], policy["policyDocument"])
    for name, look in inventory["log_group_policies"].items():
        if look.get("value"):
            logs.policies.write_of_group(logs.groups.find(name), look["value"]["policyDocument"])


def texts(aws):
    """Every policy that there is: (kind, name or ARN) → document."""
    logs = aws.place().logs
    found = {("account", name): policy["policyDocument"] for name, policy in logs.policies.of_account.items()}
    own = {("log_group", group.arn): group.policy["policyDocument"] for group in logs.groups if group.policy}
    return found | own


def written(before, plan):
    """The same after the writes of a plan."""
    after = dict(before)
    for write in (write for step in plan["steps"] for write in step["writes"]):
        (scope,) = write["place"].items()
        assert after.pop(scope, None) == write["before"]
        if write["after"] is not None:
            after[scope] = write["after"]
    return after


def apply_and_roll_back(seed):
    """The plan for the account of a seed, and everything that is wrong with carrying it out or undoing it."""
    one = random_account(seed, programs.REGION)
    pairs = zip(one.options[::2], one.options[1::2])
    options = [text for option, value in pairs if option not in OF_MOVES for text in (option, value)]
    with account.server.running() as aws, tempfile.TemporaryDirectory() as home:
        fill(aws, one.inventory)
        applying, before = Applying(aws, Path(home)), texts(aws)
        planned = applying.run("plan", "--json", *options)
        if planned.code not in (programs.DONE, programs.NEEDS_A_LOOK):
            return {"steps": []}, [Violation("no-plan", planned.stderr)]
        plan = planned.answer
        if not plan["steps"]:
            return plan, []
        applied = applying.apply(plan)
        if applied.code != programs.DONE:
            return plan, [Violation("not-applied", applied.stderr)]
        if texts(aws) != written(before, plan):
            return plan, [Violation("applied-differs", f"seed {seed}")]
        undone = applying.rollback()
        if undone.code not in (programs.DONE, programs.NEEDS_A_LOOK):
            return plan, [Violation("not-rolled-back", undone.stderr)]
        kept = undone.answer["kept"]
        left = [UNLISTED, *(TAKEN for step in plan["steps"] if step["kind"] == "vended-logs-wildcard")]
        if not all(any(reason in line for reason in left) for line in kept):
            return plan, [Violation("not-rolled-back", "; ".join(kept))]
        now = texts(aws)
        differ = [name for kind, name in before.keys() | now.keys() if before.get((kind, name)) != now.get((kind, name))]
        if not all(any(name in line for line in kept) for name in differ):
            return plan, [Violation("rollback-differs", f"seed {seed}: {differ}")]
        return plan, []
