"""How long the function policy-audit takes for many accounts and Regions, where every call takes as long as AWS's do.

`python audit_pace.py --accounts 50 --regions 17 --log-groups 5 --latency 80` after `cargo build --workspace --bins`; the
infra/README.md has the number. It runs without AWS's rates, which are per account and Region: these add 0.2 seconds for each log
group, of 32 accounts and Regions at a time.
"""

import argparse
import tempfile
import time
from pathlib import Path

import account.server
import runtime
from samples import ACCOUNT

AREAS = ("us-east", "us-west", "eu-west", "eu-central", "ap-south", "sa-east")
REGIONS = [f"{area}-{number}" for area in AREAS for number in (1, 2, 3)]
# As long as Lambda lets an invocation take.
runtime.PATIENCE = 900


def measure(accounts, regions, log_groups, latency):
    """The seconds of an invocation, the audits that were made, and the calls."""
    with account.server.running() as aws, tempfile.TemporaryDirectory() as home:
        names = [ACCOUNT, *(f"{444455550000 + number}" for number in range(1, accounts))]
        there = [aws.fixtures_in(name, region) for name in names for region in REGIONS[:regions]]
        for fixtures in there:
            fixtures.log_groups(log_groups)
        roles = [aws.fixtures_in(name).role("audit") for name in names[1:]]
        aws.faults.before("*", lambda: time.sleep(latency / 1000), nth=None)
        function = runtime.Runtime(
            "policy-audit",
            Path(home),
            {
                **aws.environment(),
                "MAILTRAIL_ARCHIVE": f"{home}/archive",
                "MAILTRAIL_POLICY_ROLES": ",".join(roles),
                "MAILTRAIL_POLICY_REGIONS": ",".join(REGIONS[:regions]),
            },
        )
        started = time.monotonic()
        invocation = function.invoke()
        seconds = time.monotonic() - started
        audits = sum(1 for result in invocation.answer if result["report"])
        return seconds, audits, len(aws.calls)


def main():
    """Prints what it measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("accounts", 50), ("regions", 17), ("log-groups", 5), ("latency", 80)):
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    seconds, audits, calls = measure(**vars(arguments))
    print(f"{audits} accounts and Regions, {calls} calls of {arguments.latency} ms: {seconds:.0f} s")


if __name__ == "__main__":
    main()
