"""Plans for random accounts (`policy_accounts.py`), each proved by an independent evaluator (`policy_proofs.py`).

`cargo xtask policies` runs this over thousands of accounts; `test_policy_accounts.py` over the first few hundred.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import programs
from policy_accounts import RandomAccount, random_account
from policy_proofs import Figures, Proof, Violation

PROCESSES = 2
# An account takes a tenth of a second; a worker that is asked for several at once waits less.
CHUNK = 8


@dataclasses.dataclass
class Outcome:
    """What became of one account."""

    seed: int
    violations: list
    figures: Figures


def plan(account):
    """The plan that the command line makes for an account, and what it said where there is none."""
    ended = subprocess.run(
        [str(programs.MAILTRAIL), "policy", "plan", "-", "--json", *account.options],
        input=json.dumps(account.inventory).encode(),
        capture_output=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
        timeout=programs.TIMEOUT,
    )
    if ended.returncode in (programs.DONE, programs.NEEDS_A_LOOK):
        return json.loads(ended.stdout), None
    return None, ended.stderr.decode()


def prove(account):
    """Plans for an account, and proves the plan."""
    made, said = plan(account)
    if made is None:
        # The policies of the account are in the file, so there is something to plan for, be it nothing.
        return Outcome(account.seed, [Violation("no-plan", said.strip())], Figures())
    proof = Proof(account.inventory, made)
    return Outcome(account.seed, proof.run(), proof.figures)


def prove_seed(seed):
    """The same, for the account of a seed."""
    return prove(random_account(seed))


def prove_all(seeds):
    """The outcomes of many seeds, side by side."""
    with concurrent.futures.ProcessPoolExecutor(PROCESSES) as pool:
        yield from pool.map(prove_seed, seeds, chunksize=CHUNK)


def smaller(account):
    """The smallest account that can be found in which the same is wrong."""
    wrong = {violation.kind for violation in prove(account).violations}
    tried = True
    while tried:
        tried = False
        for inventory in _without_a_part(account.inventory):
            one = RandomAccount(account.seed, inventory, account.options)
            if wrong & {violation.kind for violation in prove(one).violations}:
                account, tried = one, True
                break
    return account


def _without_a_part(inventory):
    """The inventory with one thing less: a policy, a statement, an entry, a log group."""
    for path in _lists(inventory):
        for at in range(len(_at(inventory, path))):
            copy = json.loads(json.dumps(inventory))
            del _at(copy, path)[at]
            yield copy
    for name in inventory["log_group_policies"]:
        yield {**inventory, "log_group_policies": {k: v for k, v in inventory["log_group_policies"].items() if k != name}}
    for number, policy in enumerate(inventory["account_policies"]["value"]):
        for document in _smaller_documents(policy["policyDocument"]):
            copy = json.loads(json.dumps(inventory))
            copy["account_policies"]["value"][number]["policyDocument"] = document
            yield copy


def _smaller_documents(text):
    try:
        parsed = json.loads(text)
        statements = parsed["Statement"]
    except (ValueError, TypeError, KeyError):
        return
    if not isinstance(statements, list):
        return
    for at, statement in enumerate(statements):
        yield json.dumps({**parsed, "Statement": statements[:at] + statements[at + 1 :]})
        entries = statement.get("Resource")
        for entry in range(len(entries) if isinstance(entries, list) and len(entries) > 1 else 0):
            fewer = {**statement, "Resource": entries[:entry] + entries[entry + 1 :]}
            yield json.dumps({**parsed, "Statement": [*statements[:at], fewer, *statements[at + 1 :]]})


def _lists(inventory):
    parts = ("account_policies", "log_groups", "deliveries", "delivery_destinations", "delivery_sources")
    return [(part, "value") for part in parts if inventory[part]["state"] == "seen"]


def _at(inventory, path):
    for name in path:
        inventory = inventory[name]
    return inventory


def main():
    """Prints the figures. Exits with 3 where something was found, which is then in a file for each account."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--found", type=Path, required=True, help="the folder for accounts in which something is wrong")
    arguments = parser.parse_args()
    started, figures, wrong = time.monotonic(), Figures(), 0
    for outcome in prove_all(range(arguments.seed, arguments.seed + arguments.accounts)):
        figures.add(outcome.figures)
        if outcome.violations:
            wrong += 1
            path = arguments.found / f"{outcome.seed}.json"
            print(f"{path}: {outcome.violations[0].kind}: {outcome.violations[0].detail}", flush=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            small = smaller(random_account(outcome.seed))
            violations = [dataclasses.asdict(violation) for violation in prove(small).violations]
            found = {"options": small.options, "violations": violations, "inventory": small.inventory}
            path.write_text(json.dumps(found, indent=1))
    counts = {"accounts": arguments.accounts, **dataclasses.asdict(figures), "accounts_with_faults": wrong}
    for name, count in counts.items():
        print(f"{name.replace('_', ' '):<22}{count:>16,}")
    print(f"{'seconds':<22}{time.monotonic() - started:>16,.0f}")
    sys.exit(programs.NEEDS_A_LOOK if wrong else programs.DONE)


if __name__ == "__main__":
    main()
