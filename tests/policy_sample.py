"""The account of the README's examples: a few years of log delivery, of which most log groups are gone.

`infra/policies/account.json` is what `mailtrail policy snapshot` reads of it; test_policy_sample.py says whether that
is still so, and writes it anew where MAILTRAIL_WRITE_SAMPLE is set.
"""

import json

from account.documents import AWS_WRITTEN, delivery_statement, policy, streams_of
from programs import PROJECT

FILE = PROJECT / "infra" / "policies" / "account.json"
# 2026-11-20T08:00:00Z, in milliseconds; each part of the account is read a second after the one before.
START = 1_795_161_600_000
AUDIT = "/aws/workmail/audit/example"
STAGES = ["dev", "test", "review-101", "review-102", "review-117", "review-131", "live"]
KINDS = ["/aws/apigateway/{}/access", "/aws/states/{}-orders", "/aws/states/{}-invoices", "/aws/events/{}-bus"]
LIVE = ["test", "live"]
# The policies in the order of their names, as they are read.
SEARCH = "OpenSearch-logs"


def fixtures(account):
    """Creates it. Nothing in it depends on the time, or on chance."""
    account.world.clock = lambda: START
    fixtures, place = account.fixtures, account.place()
    names = [kind.format(stage) for stage in STAGES for kind in KINDS]
    for name in names:
        if any(stage in name for stage in LIVE):
            fixtures.log_group(name)
    audit = fixtures.workmail_audit(AUDIT)
    names += ["/aws/vendedlogs/glue/nightly", "/aws/vendedlogs/glue/hourly"]
    for name in names[-2:]:
        fixtures.log_group(name)
    statement = delivery_statement([*names, AUDIT, *old_builds()], place.account, place.region)
    fixtures.policy(AWS_WRITTEN, policy(statement))
    search = "/aws/opensearch/domains/products/slow-logs"
    fixtures.log_group(search)
    by_hand = {
        "Effect": "Allow",
        "Principal": {"Service": "es.amazonaws.com"},
        "Action": ["logs:PutLogEvents", "logs:CreateLogStream"],
        "Resource": streams_of(search, place.account, place.region),
    }
    fixtures.policy(SEARCH, json.dumps(policy(by_hand), indent=2))
    return audit


def old_builds():
    """Log groups of builds that were deleted with their stacks."""
    return [f"/aws/codebuild/example-pipeline-{number:03}" for number in range(20)]


def without_time(snapshot):
    """A snapshot as if each part had been read at a time of its own, the policies before the log groups."""
    parts = [part for part in snapshot.values() if isinstance(part, dict) and part.get("state") == "seen"]
    parts += [*snapshot["log_group_policies"].values(), *snapshot["v1_services"].values()]
    for number, part in enumerate(parts):
        if part["state"] == "seen":
            part["at"] = START + 1000 * number
    return snapshot
