"""Account policies that are merged: applied, interrupted at each call, and rolled back byte for byte."""

import json

import account.server
from account.asking import log_group
from account.documents import compact, policy
from applying import KILLED, Applying, policies, writes
from programs import DONE

MANY = 60
INSECURE = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "logs:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def statement(group):
    """A service may write to one log group."""
    return {
        "Sid": group,
        "Effect": "Allow",
        "Principal": {"Service": "es.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{log_group(group)}:*",
    }


def nine_policies(fixtures):
    """So many policies that two merges are needed; all of them deny the same as well. Returns name → document."""
    texts = {}
    for number in range(9):
        fixtures.log_group(f"app{number}")
        document = policy(statement(f"app{number}"))
        document["Statement"].append(INSECURE)
        texts[f"policy-{number}"] = fixtures.policy(f"policy-{number}", json.dumps(document, indent=number % 3))
    return texts


def access(account):
    """What the policies allow, and what they deny, whichever policy it stands in."""
    statements = [one for text in policies(account).values() for one in json.loads(text)["Statement"]]
    entries = {entry for one in statements for entry in flat(one["Resource"])}
    return entries, {compact(one) for one in statements if one["Effect"] == "Deny"}


def flat(entries):
    return entries if isinstance(entries, list) else [entries]


def test_policies_are_merged_and_the_merge_is_rolled_back(account, applying):
    texts = nine_policies(account.fixtures)
    before = access(account)
    plan = applying.plan()
    assert [step["kind"] for step in plan["steps"]] == ["merge-policies"] * 2
    applying.apply(plan).expect(DONE)
    assert len(policies(account)) == 7 and access(account) == before
    applying.rollback().expect(DONE)
    assert policies(account) == texts


def test_a_merge_that_is_killed_at_any_call_goes_on_or_is_undone(tmp_path):
    for nth in range(1, MANY):
        home = tmp_path / str(nth)
        home.mkdir()
        with account.server.running() as aws:
            applying = Applying(aws, home)
            texts, before = nine_policies(aws.fixtures), access(aws)
            plan = applying.plan()
            aws.faults.kill_before("*", lambda applying=applying: applying.process, nth)
            killed = applying.apply(plan).code == KILLED
            aws.faults.clear()
            assert access(aws) == before, f"killed before call {nth}"
            if applying.journals and nth % 2:
                applying.rollback().expect(DONE)
                assert policies(aws) == texts, f"killed before call {nth}"
                continue
            (applying.resume() if applying.journals else applying.apply(plan)).expect(DONE)
            assert len(policies(aws)) == 7 and access(aws) == before, f"killed before call {nth}"
            applying.rollback().expect(DONE)
            assert policies(aws) == texts
            if not killed:
                assert len(writes(aws)) == 8 and nth > 5
                return
    raise AssertionError("always killed")
