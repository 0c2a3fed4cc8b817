"""Plans for random accounts, proved by an independent evaluator: after no write of any of them has anyone lost access."""

import copy
import json

import pytest

import policy_campaign
from account.documents import AWS_WRITTEN, LOG_DELIVERY, compact, delivery_statement, policy
from policy_accounts import random_account
from policy_proofs import Figures, Proof
from samples import ACCOUNT, START

REGION = "eu-west-1"
# `cargo xtask policies` proves thousands.
ACCOUNTS = 300


def test_no_plan_for_a_random_account_takes_access_or_gives_more_than_it_says():
    figures, wrong = Figures(), []
    for outcome in policy_campaign.prove_all(range(ACCOUNTS)):
        figures.add(outcome.figures)
        wrong += [(outcome.seed, *map(str, outcome.violations[:2]))] if outcome.violations else []
    assert not wrong, "\n".join(map(str, wrong))
    # The accounts are such that there is much to do.
    assert figures.plans == ACCOUNTS and figures.steps > 2 * ACCOUNTS and figures.decisions > 10**7, figures
    assert figures.moves and figures.grants, figures


def test_the_same_seed_is_the_same_account():
    assert random_account(7) == random_account(7) != random_account(8)


def inventory(*documents, groups=("/app", "/other")):
    """An account with these policies and log groups, of which none has a policy of its own."""
    seen = {"state": "seen", "at": START}
    names = [AWS_WRITTEN, "second", "third"]
    texts = [one if isinstance(one, str) else compact(one) for one in documents]
    policies = [{"policyName": name, "policyDocument": text} for name, text in zip(names, texts)]
    parts = ("delivery_sources", "delivery_destinations", "deliveries", "v1_destinations")
    return {
        "account": ACCOUNT,
        "region": REGION,
        "account_policies": {**seen, "value": policies},
        "log_group_policies": {name: {**seen, "value": None} for name in groups},
        "log_groups": {**seen, "value": [{"logGroupName": name} for name in groups]},
        **{part: {**seen, "value": []} for part in parts},
    }


def plan_of(account, limit=300):
    """The plan for an account of which no policy is to have more characters than 80 % of this."""
    made, said = policy_campaign.plan(policy_campaign.RandomAccount(0, account, ["--soft-limit", str(limit)]))
    assert made is not None, said
    return made


def kinds(account, made):
    """What is wrong with a plan."""
    return {violation.kind for violation in Proof(account, made).run()}


def delivery(*groups, **members):
    """A statement as AWS writes it, but for these members."""
    return {**delivery_statement(groups, ACCOUNT, REGION), **members}


@pytest.fixture
def shrunk():
    """An account with an entry of a log group that is gone, and the plan that removes it."""
    account = inventory(policy(delivery("/app", "/other", *(f"/gone/{number}" for number in range(4)))))
    made = plan_of(account, limit=800)
    assert kinds(account, made) == set() and made["steps"][0]["kind"] == "dead-entries"
    return account, made


def broken(made, change):
    """The plan with another document in its first write."""
    made = copy.deepcopy(made)
    write = made["steps"][0]["writes"][0]
    document = json.loads(write["after"])
    change(document)
    write["after"] = compact(document)
    return made


def widen(**members):
    """Another statement, or other members of the first one."""
    return lambda document: document["Statement"][0].update(members)


ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda document: document["Statement"].clear(), "lost"),
        (lambda document: document["Statement"][0]["Resource"].remove(f"{ARN}/app:log-stream:*"), "lost"),
        (widen(Action="logs:CreateLogStream"), "lost"),
        (widen(Resource=f"{ARN}/App:log-stream:*"), "lost"),
        (widen(Condition={"Null": {"aws:SourceArn": "true"}}), "lost"),
        (lambda document: document["Statement"].append(delivery("/app", Sid="", Effect="Deny")), "lost"),
        (widen(Principal="*"), "gained"),
        (widen(Principal={"Service": [LOG_DELIVERY, "lambda.amazonaws.com"]}), "gained"),
        (widen(Action="logs:*"), "gained"),
        (widen(Resource=f"{ARN}*"), "gained"),
        (widen(Condition={}), "gained"),
        (widen(Condition={"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}), "gained"),
        (widen(Effect="allow"), "not-understood-changed"),
        (lambda document: document["Statement"].append(delivery("/app")), "equal-sids"),
        (lambda document: document.update(Colour="blue"), "unreadable"),
        (lambda document: document["Statement"][0]["Resource"].extend([f"{ARN}/app:{'x' * 60_000}"]), "too-long"),
    ],
)
def test_a_plan_that_is_broken_on_purpose_is_found(shrunk, change, found):
    account, made = shrunk
    assert found in kinds(account, broken(made, change))


def test_what_is_gone_may_go_only_where_a_step_says_so(shrunk):
    account, made = shrunk
    made = copy.deepcopy(made)
    made["steps"][0]["kind"] = "white-space"
    assert kinds(account, made) == {"lost"}


def test_entries_are_not_gone_where_the_log_groups_were_not_seen(shrunk):
    account, made = shrunk
    for groups in ({"state": "not_seen", "reason": "access denied"}, {**account["log_groups"], "at": START - 1}):
        assert "lost" in kinds({**account, "log_groups": groups}, made)


def test_what_takes_away_comes_after_what_grants():
    account = inventory(policy(delivery("/app")), policy(delivery("/other")))
    steps = [{"kind": "log-group-policies", "writes": writes(account)}]
    made = {"steps": steps, "grants": [], "unmet": [], "target_characters": 5_120}
    assert kinds(account, made) == set()
    steps[0]["writes"].reverse()
    assert kinds(account, made) == {"lost"}


def writes(account):
    """The entry of /app goes to the policy of the log group: first it is written there, then the old one is deleted."""
    old = account["account_policies"]["value"][0]
    there = {"place": {"log_group": f"{ARN}/app"}, "before": None, "after": old["policyDocument"]}
    return [there, {"place": {"account": old["policyName"]}, "before": old["policyDocument"], "after": None}]


def test_the_policy_of_a_log_group_grants_nothing_on_another():
    account = inventory(policy(delivery("/app")))
    write, _ = writes(account)
    write["after"] = compact(policy(delivery("/other")))
    made = {"steps": [{"kind": "x", "writes": [write]}], "grants": [], "unmet": [], "target_characters": 5_120}
    assert kinds(account, made) == set()
    write["place"] = {"account": "new"}
    assert kinds(account, made) == {"gained"}


def test_an_eleventh_policy_and_another_text_than_the_one_that_is_there_are_found():
    account = inventory(policy(delivery("/app")))
    text = account["account_policies"]["value"][0]["policyDocument"]
    new = [{"place": {"account": f"p{number}"}, "before": None, "after": text} for number in range(10)]
    made = {"steps": [{"kind": "x", "writes": new}], "grants": [], "unmet": [], "target_characters": 5_120}
    assert kinds(account, made) == {"too-many"}
    made["steps"][0]["writes"] = [{"place": {"account": AWS_WRITTEN}, "before": text + " ", "after": text}]
    assert kinds(account, made) == {"before-differs"}


def test_a_grant_that_no_step_is_for_is_found():
    account = inventory(policy(delivery("/app")))
    clauses = [{"operator": "StringEquals", "key": "aws:SourceAccount", "values": [ACCOUNT]}]
    grant = {"principal": LOG_DELIVERY, "actions": ["logs:*"], "resource": f"{ARN}/aws/vendedlogs/*", "condition": clauses}
    step = {"kind": "vended-logs-wildcard", "writes": []}
    made = {"steps": [step], "grants": [grant], "unmet": [], "target_characters": 5_120}
    assert kinds(account, made) == set()
    for change in ({"principal": "*"}, {"resource": f"{ARN}*"}, {"condition": []}):
        assert kinds(account, {**made, "grants": [{**grant, **change}]}) == {"grant"}
    assert kinds(account, {**made, "steps": []}) == {"grant"}


def test_a_destination_is_re_pointed_only_where_log_delivery_is_let_in():
    account = inventory(policy(delivery("/app")))
    move = {"from": "/app", "to": "/new", "v2": [{}], "v1": [], "managed_by": None}
    step = {"kind": "move-destination", "writes": [], "move": move}
    made = {"steps": [step], "grants": [], "unmet": [], "target_characters": 5_120}
    assert kinds(account, made) == {"move"}
    assert kinds(account, {**made, "steps": [{**step, "move": {**move, "managed_by": "CloudFormation"}}]}) == set()


# Plans that were wrong once.


def test_a_policy_variable_stays_in_a_document_of_its_version():
    own = {"StringEquals": {"aws:SourceAccount": "${aws:ResourceAccount}"}}
    variable = delivery("/app", Principal={"Service": "events.amazonaws.com"}, Condition=own)
    account = inventory(policy(variable, delivery("/other")))
    older = compact({"Version": "2008-10-17", "Statement": [delivery("/app", Sid="old")]})
    look = {"policyDocument": older, "policyScope": "RESOURCE", "resourceArn": f"{ARN}/app", "revisionId": "1"}
    account["log_group_policies"] = {"/app": {"state": "seen", "at": START, "value": look}}
    assert kinds(account, plan_of(account, limit=900)) == set()
