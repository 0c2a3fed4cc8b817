"""The function policy-audit: what it reports, tells, measures and shrinks, and what it does where something is wrong."""

import itertools
import json
import threading
import time

import pytest

import archive
import function
from account.documents import AWS_WRITTEN
from applying import policies
from auditing import changes
from programs import DONE, NEEDS_A_LOOK, REGION
from runtime import PATIENCE
from samples import ACCOUNT

OTHER_ACCOUNT = "444455556666"
OTHER_REGION = "us-east-1"
DAY = 24 * 3600 * 1000
SHRINK = {"MAILTRAIL_POLICY_MODE": "shrink"}


def findings(report):
    """The kinds of what was found."""
    return {finding["id"] for finding in report["findings"]}


def test_a_full_policy_is_reported_measured_and_told_and_nothing_is_changed(account, audit):
    full = account.fixtures.full_of_dead_groups()
    invocation = audit.invoke()
    (done,) = invocation.answer
    assert (done["account"], done["region"], done["failure"]) == (ACCOUNT, REGION, None)
    nothing = {"journals": [], "done": [], "failed": [], "left": [], "commands": []}
    assert done["acted"] == nothing

    report = audit.report()
    assert audit.archive / done["report"] == audit.kept("report.json")[-1]
    assert {"dead-entries", "near-soft-limit"} <= findings(report)
    assert report["plan"]["steps"] and report["history"][AWS_WRITTEN][0]["size"] == len(full.document)
    (markdown,) = audit.kept("report.md")
    assert f"# Resource policies of account {ACCOUNT} in {REGION}" in markdown.read_text()
    (left,) = audit.kept("inventory.json")
    assert archive.strict_json(left.read_text())["inventory"]["account"] == ACCOUNT

    sums = function.metrics(invocation.lines)
    assert (sums["characters"], sums["policies"]) == (len(full.document), 1)
    assert sums["soft_share"] == len(full.document) * 100 // 5120
    assert (sums["dead_entries"], sums["audit_failed"]) == (len(full.dead), 0)
    ((subject, message),) = audit.news()
    assert subject == f"mailtrail: log resource policies of {ACCOUNT} in {REGION}: 2 new findings"
    assert done["report"] in message and "## Plan" in message
    assert changes(account) == [] and audit.journals() == []


def test_people_are_told_what_is_new_and_not_what_they_know(account, audit):
    account.fixtures.full_of_dead_groups()
    audit.audit_one()
    audit.audit_one()
    assert len(audit.news()) == 1
    account.fixtures.not_json()
    audit.audit_one()
    audit.audit_one()
    assert [subject.split(": ")[-1] for subject, _ in audit.news()] == ["2 new findings", "1 new finding"]
    assert len(audit.kept("report.json")) == 4

    del account.place().logs.policies.of_account["broken"]
    audit.audit_one()
    account.fixtures.not_json()
    audit.audit_one()
    assert len(audit.news()) == 3, "what is over and comes again is news"


def test_news_that_did_not_reach_the_topic_are_told_by_the_next_audit(account, audit):
    account.fixtures.full_of_dead_groups()
    audit.border.denied.add("sns:Publish")
    invocation = audit.invoke()
    assert invocation.answer[0]["failure"] is None
    assert any("was not published to the topic" in line for line in invocation.lines)
    audit.border.denied.clear()
    audit.audit_one()
    audit.audit_one()
    assert len(audit.news()) == 1


def test_an_account_where_nothing_is_wrong_is_no_news(account, audit):
    account.fixtures.log_groups(3)
    assert audit.audit_one()["findings"] == 0
    assert audit.news() == []


def test_a_policy_full_of_dead_entries_is_shrunk_once_and_told(account, audit):
    full = account.fixtures.full_of_dead_groups()
    done = audit.audit_one(**SHRINK)
    (journal,) = audit.journals()
    assert done["acted"]["journals"] == [journal]
    shrunk = policies(account)[AWS_WRITTEN]
    assert all(group in shrunk for group in full.live) and not any(group in shrunk for group in full.dead)
    ((subject, message),) = audit.news()
    undo = f"mailtrail policy rollback {journal} --archive {audit.archive} --region {REGION}"
    assert subject.endswith("made room") and f"\n    {undo}\n" in message
    assert done["acted"]["commands"] == [undo]
    assert audit.report()["acted"]["journals"] == [journal]

    before = len(changes(account))
    assert audit.audit_one(**SHRINK)["findings"] == 0
    assert len(changes(account)) == before and len(audit.news()) == 1


def test_a_policy_below_the_share_is_left_alone(account, audit):
    account.fixtures.full_of_dead_groups(limit=3_000)
    audit.audit_one(**SHRINK)
    assert changes(account) == []


@pytest.fixture
def growing(account, audit):
    """A policy that has grown by 200 characters a day for a week, as earlier audits saw."""
    full = account.fixtures.full_of_dead_groups(limit=3_500)
    now = int(time.time() * 1000)
    history = [{"at": now - day * DAY, "size": len(full.document) - 200 * day} for day in range(7, 0, -1)]
    audit.audit_one()
    path = audit.kept("report.json")[-1]
    path.write_text(json.dumps({**audit.report(), "history": {AWS_WRITTEN: history}}))
    return full


def test_the_command_line_forecasts_from_what_the_function_saw(account, audit, growing, mailtrail):
    def policy(*arguments):
        return mailtrail.run("policy", *arguments, "--archive", audit.archive, env=account.environment())

    said = policy("audit").expect(NEEDS_A_LOOK).stdout
    assert said.count("at 200 characters a day the soft limit is hit in") == 1
    assert f"show it with: mailtrail policy plan --region {REGION} --archive {audit.archive}" in said
    assert "full-soon" in findings(policy("audit", "--json").answer)
    assert "full-soon" not in findings(policy("audit", "--json", "--days", "2").answer)
    (step,) = policy("plan", "--json").expect(DONE).answer["steps"]
    assert step["kind"] == "dead-entries"
    assert policy("plan", "--json", "--days", "2").expect(DONE).answer["steps"] == []


def test_a_limit_that_is_days_away_is_told_once(account, audit, growing):
    before = len(audit.news())
    audit.audit_one()
    audit.audit_one()
    ((subject, message),) = audit.news()[before:]
    assert subject.endswith("1 new finding")
    assert "New: at 200 characters a day the soft limit is hit in" in message
    assert changes(account) == []


def test_a_policy_that_grows_fast_is_shrunk_before_it_is_full(account, audit, growing):
    invocation = audit.invoke(**SHRINK)
    days = (5_120 - len(growing.document)) // 200
    assert abs(function.metrics(invocation.lines)["days_to_limit"] - days) <= 1
    assert len(policies(account)[AWS_WRITTEN]) < 5_120 - 200 * 14

    before = len(changes(account))
    invocation = audit.invoke(**SHRINK)
    assert "days_to_limit" not in function.metrics(invocation.lines), "no forecast yet"
    assert "full-soon" not in findings(audit.report()) and len(changes(account)) == before
    (unknown,) = audit.report()["not_known_yet"]
    assert (unknown["policy"], unknown["points"]) == (AWS_WRITTEN, 1) and unknown["cleaned_up_at"]
    assert "since then it is not known yet" in audit.kept("report.md")[-1].read_text()


def test_an_account_behind_a_role_is_audited_too(account, audit):
    account.fixtures.full_of_dead_groups()
    other = account.fixtures_in(OTHER_ACCOUNT)
    other.not_json()
    role = other.role("mailtrail-policy-audit")
    first, second = audit.audit(MAILTRAIL_POLICY_ROLES=role)
    assert [first["account"], second["account"]] == [ACCOUNT, OTHER_ACCOUNT]
    assert "not-a-policy" in findings(audit.report(account=OTHER_ACCOUNT))
    assert "not-a-policy" not in findings(audit.report())
    assert len(audit.news()) == 2


def test_a_role_that_cannot_be_assumed_is_reported_and_the_others_are_audited(account, audit):
    role = f"arn:aws:iam::{OTHER_ACCOUNT}:role/unknown"
    invocation = audit.invoke(MAILTRAIL_POLICY_ROLES=role)
    first, second = invocation.answer
    assert first["failure"] is None and role in second["failure"]
    assert function.metrics(invocation.lines)["audit_failed"] == 1


def many(account, accounts, regions):
    """Settings that name so many accounts besides the function's own, in these Regions."""
    roles = []
    for number in range(accounts):
        there = [account.fixtures_in(f"4444555566{number:02}", region) for region in regions]
        for fixtures in there:
            fixtures.log_group("/example")
        roles.append(there[0].role("audit"))
    return {"MAILTRAIL_POLICY_ROLES": ",".join(roles), "MAILTRAIL_POLICY_REGIONS": ",".join(regions)}


def targets(results):
    """Account and Region of each audit that was made, in the order of the settings."""
    return [(result["account"], result["region"]) for result in results if result["report"]]


def test_audits_run_side_by_side_and_one_that_hangs_holds_none_up(account, audit):
    settings = many(account, 3, [REGION, OTHER_REGION, "us-west-2"])
    others, stuck = threading.Event(), []

    def wait_for_the_others():
        stuck.append(others.wait(PATIENCE))

    account.faults.before("DescribeLogGroups", wait_for_the_others)
    account.faults.before("DescribeDeliveries", others.set, nth=12)
    assert len(targets(audit.audit(**settings))) == 12
    assert stuck == [True], "the other eleven did not wait"


def test_what_an_invocation_has_no_time_for_comes_first_in_the_next_one(account, audit):
    settings = many(account, 3, [REGION, OTHER_REGION, "us-west-2"])
    # From the sixth account and Region on, no answer comes before the time of the invocation is over.
    over, asked = threading.Event(), itertools.count(1)

    def hang():
        if next(asked) > 5:
            over.wait(PATIENCE)

    account.faults.before("GetCallerIdentity", hang, nth=None)
    audit.runtime.timeout = 30
    invocation = audit.invoke(**settings)
    over.set()
    account.faults.clear()
    assert invocation.error is None, invocation
    done = targets(invocation.answer)
    assert len(done) == 5 and len(invocation.answer) == 12, "each that was begun says what became of it"
    assert all("OutOfTime" in result["failure"] for result in invocation.answer if not result["report"])

    audit.runtime.timeout = 900
    assert len(targets(audit.audit(**settings))) == 12
    former, latest = (archive.strict_json(path.read_text()) for path in audit.progress())
    assert len(former["targets"]) == 5 and former["round"] == 0, "the seven others are still to come"
    assert len(latest["targets"]) == 12 and latest["round"] > 0


def test_how_full_each_was_is_kept_for_the_order_of_the_next_time(account, audit):
    settings = many(account, 3, [REGION])
    account.fixtures_in("444455556602").full_of_dead_groups()
    audit.audit(**settings)
    (progress,) = audit.progress()
    known = {state["role"]: state["fullness"] for state in archive.strict_json(progress.read_text())["targets"]}
    assert [role for role, fullness in known.items() if fullness["soft_percent"] > 80] == [
        "arn:aws:iam::444455556602:role/audit"
    ]


def test_a_region_that_is_switched_off_is_reported_and_the_others_are_audited(account, audit):
    account.world.switch_off(OTHER_REGION)
    invocation = audit.invoke(MAILTRAIL_POLICY_REGIONS=f"{OTHER_REGION},{REGION}")
    off, on = invocation.answer
    assert "AWS does not accept the credentials here" in off["failure"] and off["report"] is None
    assert (on["region"], on["failure"]) == (REGION, None)
    assert function.metrics(invocation.lines)["audit_failed"] == 1
    assert audit.kept("report.json") and not audit.kept("report.json", region=OTHER_REGION)


def test_wrong_settings_are_reported_and_then_nothing_is_changed(account, audit):
    account.fixtures.full_of_dead_groups()
    wrong = {"MODE": "destroy", "SHARE": "0", "DAYS": "soon", "NAMES": "/a", "LOG_GROUPS": "all"}
    invocation = audit.invoke(**{f"MAILTRAIL_POLICY_{name}": value for name, value in wrong.items()})
    assert invocation.answer[0]["failure"] is None
    for name in wrong:
        assert any(f"MAILTRAIL_POLICY_{name}" in line for line in invocation.lines), name
    assert changes(account) == []


def test_an_archive_that_is_not_named_stops_the_function_at_its_start(audit):
    invocation = audit.invoke(MAILTRAIL_ARCHIVE="")
    assert invocation.answer is None
    assert any("MAILTRAIL_ARCHIVE" in line for line in invocation.lines)


def test_an_archive_that_takes_nothing_fails_the_invocation_and_nothing_is_changed(account, audit):
    account.fixtures.full_of_dead_groups()
    audit.archive.mkdir()
    (audit.archive / "policy-audit").write_text("in the way")
    invocation = audit.invoke(**SHRINK)
    assert invocation.error["errorType"] == "NotKept"
    assert changes(account) == []


def test_policies_of_log_groups_are_looked_at_a_share_at_a_time(account, audit):
    names = account.fixtures.log_groups(5)
    account.fixtures.group_policy(names[0])
    account.fixtures.group_policy(names[4])
    share = {"MAILTRAIL_POLICY_LOG_GROUPS": "2"}
    seen = []
    for _ in range(4):
        audit.audit_one(**share)
        seen.append(audit.report()["log_groups_looked_at"])
    assert seen == [[2, 5], [4, 5], [5, 5], [5, 5]]
    asked = [call.parameters["resourceArn"][-1] for call in account.calls if "resourceArn" in call.parameters]
    assert "".join(asked) == "0123401"
    assert audit.report()["measures"]["log_group_policies"] == 2


def test_services_with_v1_log_delivery_are_asked_only_where_a_setting_says_so(account, audit):
    account.fixtures.log_group("/aws/states/orders")
    account.fixtures.state_machine("orders", "/aws/states/orders")
    audit.audit_one()
    assert {call.service for call in account.calls} == {"logs", "sts"}
    assert not [seen for seen in audit.report()["seen"] if seen["part"] == "destinations of Step Functions"]
    audit.audit_one(MAILTRAIL_POLICY_V1_SERVICES="on")
    (seen,) = [seen for seen in audit.report()["seen"] if seen["part"] == "destinations of Step Functions"]
    assert seen["at"] and account.called("DescribeStateMachine")


def test_nothing_is_guessed_of_what_may_not_be_read(account, audit):
    account.fixtures.full_of_dead_groups()
    account.faults.deny("logs:DescribeLogGroups")
    sums = function.metrics(audit.invoke(**SHRINK).lines)
    report = audit.report()
    assert "dead-entries" not in findings(report) and "not-seen" in findings(report)
    assert changes(account) == []
    assert sums["characters"] > 0 and sums["audit_failed"] == 0 and "dead_entries" not in sums
    account.faults.deny("logs:DescribeResourcePolicies")
    sums = function.metrics(audit.invoke(**SHRINK).lines)
    assert (set(sums), sums["audit_failed"]) == ({"audit_failed"}, 1), "what was not seen is not measured"
    report = audit.report()
    assert report["plan"] is None and "DescribeResourcePolicies" in report["no_plan"]
    assert len(report["history"][AWS_WRITTEN]) == 1, "sizes are not forgotten because nothing could be read"
    assert changes(account) == []


def test_an_audit_is_made_although_every_call_is_throttled_once(account, audit):
    account.fixtures.full_of_dead_groups()
    account.faults.throttle_each_once()
    assert audit.audit_one(**SHRINK)["acted"]["failed"] == []
    assert len(policies(account)[AWS_WRITTEN]) < 4_096


def test_the_deployed_function_keeps_its_reports_in_a_bucket(account, ministack, tmp_path):
    full = account.fixtures.full_of_dead_groups()
    deployed = function.Function(ministack, function.package(tmp_path, "policy-audit"))
    deployed.make_bucket(function.ARCHIVE_BUCKET)
    elsewhere = {f"AWS_ENDPOINT_URL_{service}": account.endpoint for service in ("CLOUDWATCH_LOGS", "STS")}
    settings = {"MAILTRAIL_ARCHIVE": function.ARCHIVE, "MAILTRAIL_POLICY_MODE": "shrink", **elsewhere}
    answer = deployed.deploy(**settings).invoke({})
    assert answer.error is None, answer
    (done,) = answer.payload
    assert done["failure"] is None and done["acted"]["failed"] == [], done
    assert not any(group in policies(account)[AWS_WRITTEN] for group in full.dead)
    listed = deployed.s3.list_objects_v2(Bucket=function.ARCHIVE_BUCKET)["Contents"]
    keys = {entry["Key"] for entry in listed}
    assert f"trail/{done['report']}" in keys
    assert any(key.startswith("trail/policy-audit/journal/") for key in keys)


def test_entries_of_others_for_log_groups_that_are_not_there_yet_are_never_removed_unattended(account, audit):
    """X-Ray creates its log groups when the first span arrives; what lets it write is there before."""
    spans = ["aws/spans", "/aws/application-signals/data"]
    entries = [account.place().arn("logs", f"log-group:{group}:*") for group in spans]
    of_xray = {
        "Sid": "TransactionSearchXRayAccess",
        "Effect": "Allow",
        "Principal": {"Service": "xray.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": entries,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": f"arn:aws:xray:{REGION}:{ACCOUNT}:*"},
        },
    }
    # Too full, and with nothing else that could go.
    many = {**of_xray, "Resource": [*entries, *(f"{entries[1][:-2]}-{number}:*" for number in range(50))]}
    text = json.dumps({"Version": "2012-10-17", "Statement": [many]}, separators=(",", ":"))
    assert len(text) > 4_096
    account.fixtures.policy("TransactionSearch", text)
    for mode in ("shrink", "move"):
        done = audit.audit_one(MAILTRAIL_POLICY_MODE=mode)
        assert done["acted"]["done"] == [] and done["acted"]["journals"] == []
    assert {"near-soft-limit", "not-yet-there"} <= findings(audit.report())
    assert changes(account) == [] and policies(account) == {"TransactionSearch": text}

    # Beside entries that log delivery wrote, of log groups that are gone, those go and these stay.
    full = account.fixtures.full_of_dead_groups()
    document = json.loads(full.document)
    later = account.place().arn("logs", "log-group:aws/later-spans:*")
    document["Statement"].append({**of_xray, "Resource": later})
    account.fixtures.policy(full.name, json.dumps(document, separators=(",", ":")))
    assert audit.audit_one(**SHRINK)["acted"]["done"]
    shrunk = policies(account)[full.name]
    assert later in shrunk and not any(group in shrunk for group in full.dead)
    assert policies(account)["TransactionSearch"] == text
