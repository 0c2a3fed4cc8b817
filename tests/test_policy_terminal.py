"""`mailtrail policy` on a terminal: what is asked, what is not, and what names of others do to it."""

import json
import re

import pytest

import terminal
from account.asking import log_group
from applying import GROUP, policies, writes
from programs import DONE, FAILED, MAILTRAIL, REGION
from samples import ACCOUNT
from terminal import QUESTION

THEIRS = "444455556666"
# A bidirectional override and its end, an isolate, a zero-width space and joiner, a byte order mark, a soft hyphen, and
# controls that begin commands to a terminal.
HIDDEN = "\u202e\u202c\u2066\u200b\u200d\ufeff\xad\x9b\x1b\x07"
# What the program itself sends to a terminal: colours, and an empty line where progress was shown.
OWN = re.compile(r"\x1b\[[0-9;]*[mK]")


@pytest.fixture
def on_terminal(account, mailtrail):
    """Runs `mailtrail policy` on a terminal."""

    def run(*arguments, answer="n\n"):
        env = {**mailtrail.environment(account.environment()), "TERM": "xterm", "COLUMNS": "500"}
        return terminal.run([MAILTRAIL, "policy", *arguments], mailtrail.home, env, answer)

    return run


@pytest.fixture
def plan(account, applying):
    """A plan with something to do."""
    account.fixtures.full_of_dead_groups()
    return applying.plan()


def test_a_plan_is_asked_about_and_carried_out_only_after_yes(account, applying, plan, on_terminal):
    arguments = ("apply", applying.write(plan), "--archive", applying.archive)
    code, shown = on_terminal(*arguments)
    assert (code, writes(account)) == (FAILED, []) and "nothing was changed" in shown
    assert f"Carry this out in account {ACCOUNT}, Region {REGION}? {QUESTION}" in shown
    code, shown = on_terminal(*arguments, answer="y\n")
    assert (code, len(writes(account))) == (DONE, 1), shown


@pytest.mark.parametrize(("member", "value"), [("account", THEIRS), ("region", "us-east-1")])
def test_a_plan_of_another_account_or_region_is_refused_before_it_is_asked_about(
    account, applying, plan, on_terminal, member, value
):
    path = applying.write({**plan, member: value})
    code, shown = on_terminal("apply", path, "--archive", applying.archive, answer="y\n")
    assert code == FAILED and QUESTION not in shown
    assert "the plan is for" in shown and value in shown and "to be written" not in shown
    assert writes(account) == [] and applying.journals == []


def test_a_journal_of_another_account_is_refused_before_it_is_asked_about(account, applying, plan, on_terminal):
    applying.apply(plan).expect(DONE)
    before = len(writes(account))
    applying.edit(0, lambda entry: entry.update(account=THEIRS))
    for arguments in (("rollback", applying.journal), ("apply", "--resume", applying.journal)):
        code, shown = on_terminal(*arguments, "--archive", applying.archive, answer="y\n")
        assert code == FAILED and QUESTION not in shown and f"the plan is for {THEIRS}" in shown
    assert len(writes(account)) == before


def check_harmless(shown, *names):
    """Nothing hidden is shown as it is, and what was hidden is visible."""
    shown = OWN.sub("", shown)
    found = [character for character in shown if character in HIDDEN or (character < " " and character not in "\r\n\t")]
    assert found == [], (found, shown)
    for name in names:
        escaped = "".join(rf"\u{{{ord(character):x}}}" if character in HIDDEN else character for character in name)
        assert escaped in shown, (escaped, shown)


def test_names_of_others_do_nothing_to_a_terminal(account, applying, on_terminal):
    """A policy with such a name, Sid and principal, which is audited, planned, shrunk and rolled back."""
    name, sid, principal = f"mail{HIDDEN}A", f"Sid{HIDDEN}B", f"arn:aws:iam::{THEIRS}:role/x{HIDDEN}C"
    full = account.fixtures.full_of_dead_groups(name=name)
    stranger = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": ["logs:PutResourcePolicy"],
        "Resource": "*",
        "Condition": {"StringLike": {f"aws:PrincipalTag/{HIDDEN}D": f"{HIDDEN}E"}},
    }
    odd = json.loads(full.document)
    odd["Statement"].append(stranger)
    account.fixtures.policy(name, json.dumps(odd))
    code, shown = on_terminal("audit")
    check_harmless(shown, name, sid, principal)
    _, shown = on_terminal("plan", "--output", "plan.json")
    check_harmless(shown, name)
    journal_before = applying.journals
    code, shown = on_terminal("apply", "plan.json", "--archive", applying.archive, answer="y\n")
    assert code == DONE and QUESTION in shown and journal_before == []
    check_harmless(shown, name)
    assert policies(account)[name] != json.dumps(odd)
    code, shown = on_terminal("rollback", applying.journal, "--archive", applying.archive, answer="y\n")
    assert code == DONE and QUESTION in shown
    check_harmless(shown, name)
    assert policies(account)[name] == json.dumps(odd)


def test_principals_and_conditions_of_others_do_nothing_to_the_question(account, applying, on_terminal):
    """The policy of a log group that moves: the new one gets the same."""
    account.fixtures.workmail_audit()
    told = {
        "principal": f"arn:aws:iam::{ACCOUNT}:role/x{HIDDEN}C",
        "action": f"logs:Put{HIDDEN}F",
        "resource": f"{log_group(GROUP)}:log-stream:x{HIDDEN}G",
        "value": f"y{HIDDEN}E",
    }
    statement = {
        "Sid": f"Sid{HIDDEN}B",
        "Effect": "Allow",
        "Principal": {"AWS": told["principal"]},
        "Action": [told["action"]],
        "Resource": told["resource"],
        "Condition": {"StringLike": {"aws:PrincipalTag/team": told["value"]}},
    }
    account.fixtures.group_policy(GROUP, {"Version": "2012-10-17", "Statement": [statement]})
    path = applying.write(applying.plan(GROUP))
    code, shown = on_terminal("apply", path, "--archive", applying.archive)
    assert code == FAILED and QUESTION in shown and writes(account) == []
    check_harmless(shown, told["principal"], told["action"], f":log-stream:x{HIDDEN}G", told["value"])
