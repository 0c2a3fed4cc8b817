"""The function archive-maintenance: what it compares, tells, measures and fills in, and what it does where something fails."""

import threading
import time

import pytest

import archive
import border
import directories
import function
import maintaining
from maintaining import DAY, GROUP, WINDOW
from programs import DONE
from runtime import PATIENCE

OTHER = "/example/other"
FILL = {"MAILTRAIL_FILL_GAPS": "on"}


@pytest.fixture
def maintenance(account, moto, mailtrail, tmp_path):
    """The function, not invoked yet, for the account of the tests."""
    with border.before(moto) as of_moto:
        yield maintaining.Maintenance(account, moto, of_moto, tmp_path, mailtrail)


@pytest.fixture
def gap(maintenance):
    """A log group with an event of each of four days; of the day before yesterday, the archive lacks three of five."""
    maintenance.log_group()
    for back in range(1, WINDOW + 1):
        maintenance.log(2, back)
    maintenance.log(3, 2, archived=False)
    return maintenance.date(2)


def days(maintenance):
    """The days that are over, and not only just: within an hour after midnight, yesterday is left to the next run."""
    return {maintenance.date(back) for back in range(2, WINDOW + 1)}


def raw_copies(maintenance):
    return {path.name for path in maintenance.archive.glob("raw/**/*.gz")}


def test_days_that_the_archive_has_are_complete_and_are_not_compared_again_so_soon(maintenance):
    maintenance.log_group()
    for back in range(1, WINDOW + 1):
        maintenance.log(5, back)
    invocation = maintenance.invoke()
    answer = invocation.answer
    assert (answer["log_groups"], answer["left_days"], answer["failures"]) == (1, 0, [])
    checks = maintenance.checks()
    assert answer["compared_days"] == len(checks) >= WINDOW - 1
    assert {day for _, day in checks} >= days(maintenance)
    assert set(map(tuple, checks.values())) == {("complete",)}
    sums = function.metrics(invocation.lines)
    assert set(sums.values()) == {0} and len(sums) == 7
    assert maintenance.run_well()["compared_days"] == 0
    assert maintenance.news() == [] and maintenance.findings() == []


def test_a_gap_is_measured_kept_and_told_once(maintenance, gap):
    before = raw_copies(maintenance)
    invocation = maintenance.invoke()
    assert (invocation.answer["gap_days"], invocation.answer["missing_events"]) == (1, 3)
    sums = function.metrics(invocation.lines)
    assert (sums["gap_days"], sums["missing_events"], sums["coverage_failed"], sums["filled_events"]) == (1, 3, 0, 0)
    assert maintenance.findings() == [(gap, "gap", 3)]
    assert maintenance.checks()[GROUP, gap] == ["gap"]

    again = maintenance.run_well()
    assert (again["compared_days"], again["gap_days"]) == (1, 1), "what is wrong is compared in every run"
    ((subject, message),) = maintenance.news()
    assert subject.endswith("in eu-west-1: 1 day with a gap")
    assert f"{GROUP} on {gap}: the archive lacks 3 events" in message
    assert raw_copies(maintenance) == before, "nothing is filled in unless a setting says so"


def test_a_gap_that_grows_is_news_and_one_that_is_over_is_forgotten(maintenance, gap, mailtrail):
    maintenance.run_well()
    maintenance.log(1, 2, archived=False)
    maintenance.run_well()
    assert [message.split(" lacks ")[1].split(";")[0] for _, message in maintenance.news()] == ["3 events", "4 events"]

    command = maintenance.news()[-1][1].split("fill it with: ")[1].split()
    assert command[:2] == ["mailtrail", "backfill"]
    mailtrail.run(*command[1:], env=maintenance.account.environment()).expect(DONE)
    answer = maintenance.run_well()
    assert (answer["gap_days"], maintenance.findings()) == (0, [])
    maintenance.log(1, 2, archived=False)
    maintenance.forget()
    maintenance.run_well()
    assert len(maintenance.news()) == 3, "what is over and comes again is news"


def test_a_gap_is_not_over_because_its_day_is_no_longer_looked_at(maintenance, gap):
    maintenance.run_well()
    answer = maintenance.run_well(MAILTRAIL_COVERAGE_DAYS="1")
    assert (answer["gap_days"], answer["compared_days"] >= 1) == (1, True)
    assert maintenance.findings() == [(gap, "gap", 3)]


def test_news_that_did_not_reach_the_topic_are_told_by_the_next_run(maintenance, gap):
    maintenance.border.denied.add("sns:Publish")
    invocation = maintenance.invoke()
    assert invocation.error is None
    assert any("was not published to the topic" in line for line in invocation.lines)
    maintenance.border.denied.clear()
    maintenance.run_well()
    maintenance.run_well()
    assert len(maintenance.news()) == 1


def test_gaps_are_filled_where_a_setting_allows_it(maintenance, gap):
    invocation = maintenance.invoke(**FILL)
    assert (invocation.answer["filled_events"], invocation.answer["gap_days"]) == (3, 0)
    assert function.metrics(invocation.lines)["filled_events"] == 3
    assert maintenance.checks()[GROUP, gap] == ["complete"]
    ((subject, message),) = maintenance.news()
    assert subject.endswith("1 day filled in")
    assert message == f"Filled in: {GROUP} on {gap}: 3 events that the archive lacked"
    events = {event["id"] for event in archived(maintenance)}
    assert len(events) == 2 * WINDOW + 3
    assert maintenance.run_well(**FILL)["filled_events"] == 0
    assert len(maintenance.news()) == 1


def archived(maintenance):
    """The events that readers show."""
    lines = maintenance.mailtrail.run("search", "--archive", maintenance.archive, "--json").expect(DONE).stdout
    return [archive.strict_json(line) for line in lines.splitlines()]


def test_a_run_that_is_killed_while_it_fills_a_gap_is_gone_on_with(maintenance, gap):
    maintenance.account.faults.kill_after("FilterLogEvents", lambda: maintenance.runtime.process, nth=2)
    assert maintenance.invoke(**FILL).answer is None
    maintenance.account.faults.clear()
    answer = maintenance.run_well(**FILL)
    assert (answer["gap_days"], maintenance.checks()[GROUP, gap]) == (0, ["complete"])
    shown = [event["id"] for event in archived(maintenance)]
    assert len(shown) == len(set(shown)) == 2 * WINDOW + 3


def test_a_log_group_that_cannot_be_counted_holds_up_no_other(maintenance, gap):
    maintenance.log_group(OTHER)
    maintenance.account.faults.deny("logs:StartQuery", resource=f"*:log-group:{OTHER}")
    invocation = maintenance.invoke()
    (failure,) = invocation.answer["failures"]
    assert OTHER in failure
    assert maintenance.findings() == [(gap, "gap", 3)]
    assert days(maintenance) <= {day for group, day in maintenance.checks() if group == GROUP}
    sums = function.metrics(invocation.lines)
    assert sums["coverage_failed"] == 1 and sums["unchecked_days"] >= WINDOW - 2
    assert invocation.answer["left_days"] >= WINDOW - 1

    maintenance.account.faults.clear()
    assert maintenance.run_well()["left_days"] == 0


def test_what_may_not_be_read_is_a_failure_and_forgets_no_gap(maintenance, gap):
    maintenance.run_well()
    maintenance.account.faults.deny("logs:StartQuery")
    answer = maintenance.run()
    assert (answer["gap_days"], answer["compared_days"], len(answer["failures"])) == (1, 0, 1)
    assert "AccessDenied" in answer["failures"][0]
    maintenance.account.faults.deny("logs:DescribeSubscriptionFilters")
    assert maintenance.invoke().error["errorType"] == "LogGroupsUnknown"
    assert maintenance.findings() == [(gap, "gap", 3)] and len(maintenance.news()) == 1


def test_what_there_is_no_time_for_comes_first_in_the_next_run(maintenance):
    maintenance.log_group()
    for back in range(1, WINDOW + 1):
        maintenance.log(1, back)
    over, asked = threading.Event(), []

    def hang():
        asked.append(None)
        if len(asked) > 1:
            over.wait(PATIENCE)

    maintenance.account.faults.before("StartQuery", hang, nth=None)
    maintenance.runtime.timeout = 60
    first = maintenance.run()
    over.set()
    maintenance.account.faults.clear()
    assert first["compared_days"] == 1 and first["left_days"] >= WINDOW - 2
    assert any("no time to compare" in failure for failure in first["failures"])
    ((_, oldest),) = maintenance.checks()
    assert oldest == maintenance.date(WINDOW), "its events expire first"

    maintenance.runtime.timeout = 900
    second = maintenance.run_well()
    assert second["left_days"] == 0 and second["compared_days"] >= WINDOW - 2
    assert days(maintenance) <= {day for _, day in maintenance.checks()}


def test_own_log_groups_probes_and_what_is_not_subscribed_are_left_alone(maintenance):
    own = "/mailtrail/example/archive-maintenance"
    for name in (GROUP, own, "/mailtrail-probe/example"):
        maintenance.log_group(name)
        maintenance.log(1, 2, name, archived=False)
    maintenance.log_group(OTHER, subscribed=False)
    answer = maintenance.run_well(MAILTRAIL_OWN_LOG_GROUPS=own, **FILL)
    assert (answer["log_groups"], answer["filled_events"]) == (1, 1)
    asked = maintenance.account.called("StartQuery") + maintenance.account.called("FilterLogEvents")
    assert {call.parameters["logGroupName"] for call in asked} == {GROUP}


def test_expired_and_expiring_days_are_neither_gaps_nor_complete(maintenance):
    group = maintenance.log_group()
    group.retention = 3
    for back in range(1, WINDOW + 1):
        maintenance.log(2, back)
    answer = maintenance.run_well()
    assert answer["gap_days"] == 0
    kept = {day for _, day in maintenance.checks()}
    assert maintenance.date(2) in kept and maintenance.date(4) not in kept


def test_a_day_of_which_only_the_metrics_of_workmail_tell_is_silent_and_they_are_saved(maintenance):
    mail = "/aws/workmail/emailevents/example"
    maintenance.log_group(mail)
    for back in (2, 3):
        moment = maintenance.today - back * DAY + 1_000
        maintenance.account.place().metrics.publish("OrganizationEmailReceived", 5, moment)
    maintenance.log(1, 3, mail)
    invocation = maintenance.invoke()
    assert invocation.answer["failures"] == []
    assert function.metrics(invocation.lines)["silent_days"] >= 1
    assert (maintenance.date(2), "silent", 5) in maintenance.findings()
    ((subject, message),) = maintenance.news()
    assert "without events" in subject and f"Silent: {mail} on {maintenance.date(2)}: " in message
    assert len(list(maintenance.archive.glob("coverage/metrics/**/*.ndjson"))) == 1
    maintenance.run_well()
    assert len(list(maintenance.archive.glob("coverage/metrics/**/*.ndjson"))) == 1, "nothing is new"
    assert len(maintenance.news()) == 1


def test_metrics_that_may_not_be_read_hold_up_nothing(maintenance):
    mail = "/aws/workmail/emailevents/example"
    maintenance.log_group(mail)
    maintenance.log(2, 2, mail, archived=False)
    maintenance.account.faults.deny("cloudwatch:ListMetrics")
    answer = maintenance.run()
    (failure,) = answer["failures"]
    assert "metrics of WorkMail" in failure and answer["gap_days"] == 1


def test_a_silent_day_is_not_over_because_the_metrics_may_not_be_read(maintenance):
    mail = "/aws/workmail/emailevents/example"
    maintenance.log_group(mail)
    moment = maintenance.today - 2 * DAY + 1_000
    maintenance.account.place().metrics.publish("OrganizationEmailReceived", 5, moment)
    maintenance.account.faults.deny("cloudwatch:GetMetricData")
    maintenance.run()
    assert maintenance.findings() == []
    maintenance.account.faults.clear()
    assert maintenance.run_well()["silent_days"] == 1, "what was compared without a witness is compared again"
    maintenance.account.faults.deny("cloudwatch:GetMetricData")
    assert maintenance.run()["silent_days"] == 1
    maintenance.account.faults.clear()
    assert maintenance.run_well()["silent_days"] == 1
    assert maintenance.findings() == [(maintenance.date(2), "silent", 5)] and len(maintenance.news()) == 1


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{}", b'{"day":"2026-11-20"}\n' * 3, b""])
def test_what_others_put_below_coverage_is_not_believed(maintenance, gap, content):
    maintenance.run_well()
    kept = next(maintenance.archive.glob("coverage/region=*/**/*.ndjson"))
    for name in (kept.name.replace(kept.name[:16], "20991231T000000Z"), "note.txt"):
        kept.with_name(name).write_bytes(content)
    assert maintenance.run_well()["gap_days"] == 1


@pytest.mark.parametrize("content", ['[{"log_group":"a","day":"tomorrow"}]', "[", ""])
def test_findings_that_no_run_can_have_written_are_passed_over(maintenance, gap, content):
    maintenance.run_well()
    folder = maintenance.archive / "coverage" / "findings"
    (kept,) = folder.iterdir()
    later = kept.with_name(kept.name.replace("-", "9-"))
    for name, text in ((later, content), (folder / "20991231T000000Z-000.json", "[]")):
        name.write_text(text)
    (folder / "20261231T000000Z-000.json").symlink_to(kept)
    assert maintenance.run_well()["gap_days"] == 1
    assert len(maintenance.news()) == 1, "those before it count"
    kept.unlink()
    maintenance.run_well()
    assert len(maintenance.news()) == 2, "rather told twice than not at all"


def test_an_archive_that_takes_nothing_fails_the_invocation(maintenance, gap):
    (maintenance.archive / "coverage").write_text("in the way")
    assert maintenance.invoke().error["errorType"] in ("ArchiveUnavailable", "NotKept")


def test_wrong_settings_are_reported_and_then_nothing_is_filled_in(maintenance, gap):
    wrong = {"MAILTRAIL_COVERAGE_DAYS": "soon", "MAILTRAIL_FILL_GAPS": "yes"}
    invocation = maintenance.invoke(**wrong)
    assert invocation.answer["filled_events"] == 0 and invocation.answer["gap_days"] == 1
    for name in wrong:
        assert any(name in line for line in invocation.lines), name


def test_without_destinations_nothing_is_compared(maintenance, gap):
    answer = maintenance.run_well(MAILTRAIL_COVERAGE_DESTINATIONS="")
    assert (answer["log_groups"], answer["compared_days"]) == (0, 0)


def test_days_that_the_command_line_compared_are_not_compared_again_so_soon(maintenance, mailtrail):
    maintenance.log_group()
    for back in range(1, WINDOW + 1):
        maintenance.log(1, back)
    environment = maintenance.account.environment()
    options = ("--archive", maintenance.archive, "--log-group", GROUP, "--since", maintenance.date(WINDOW))
    mailtrail.run("coverage", "--json", *options, env=environment).expect(DONE)
    before = maintenance.checks()
    assert days(maintenance) <= {day for _, day in before}
    assert maintenance.run_well()["compared_days"] == 0
    assert maintenance.checks() == before


# Directories


SAVE = {"MAILTRAIL_SAVE_DIRECTORY": "on"}


def snapshots(maintenance):
    return sorted(path.name for path in maintenance.archive.glob("directory/organization=*/*.json.zst"))


def with_directory(maintenance, alias="example"):
    """An organization with one of everything; returns its id."""
    organization = maintenance.account.fixtures.organization(alias).rsplit("/", 1)[1]
    directories.fill(maintenance.account.place().directories.of(organization))
    return organization


def test_directories_are_saved_where_something_changed_and_only_where_it_is_on(maintenance):
    organization = with_directory(maintenance)
    assert maintenance.run_well()["directories"] == [] and snapshots(maintenance) == []
    assert not maintenance.account.called("ListOrganizations")
    answer = maintenance.run_well(**SAVE)
    assert answer["directory_failures"] == []
    (saved,) = answer["directories"]
    assert (saved["organization"], saved["unchanged"], saved["refused"]) == (organization, False, [])
    assert len(snapshots(maintenance)) == 1
    # The name of an object has whole seconds.
    time.sleep(1.1)
    (again,) = maintenance.run_well(**SAVE)["directories"]
    assert again["unchanged"] and again["key"] == saved["key"] and len(snapshots(maintenance)) == 1
    assert len(list(maintenance.archive.glob("coverage/directory/*/*.json"))) == 1
    maintenance.log_group()
    assert maintenance.run_well(**SAVE)["failures"] == [], "coverage does not take it for its own"


def test_a_refused_call_and_an_organization_that_is_gone_are_alarmed_and_the_others_saved(maintenance):
    gone, other = with_directory(maintenance), with_directory(maintenance, "other")
    account = maintenance.account
    account.faults.deny("workmail:ListAliases")
    account.faults.after("DescribeUser", lambda: account.place().workmail.remove(gone))
    invocation = maintenance.invoke(**SAVE)
    failures = invocation.answer["directory_failures"]
    assert any("went away" in failure for failure in failures)
    assert any(other in failure and "ListAliases: AccessDenied" in failure for failure in failures)
    assert function.metrics(invocation.lines)["directory_failed"] == len(failures) == 2
    assert invocation.answer["failures"] == [] and len(snapshots(maintenance)) == 1


def test_an_organization_that_takes_too_long_is_left_to_the_command_line(maintenance):
    organization = with_directory(maintenance)
    directory = maintenance.account.place().directories.of(organization)
    for number in range(3_000):
        directory.user(f"S-1-1-11-{number:012}", f"user-{number}")
    maintenance.runtime.timeout = 40
    (saved,) = maintenance.run(**SAVE)["directories"]
    assert "3007 users" in saved["failed"] and f"mailtrail directory save --organization {organization}" in saved["failed"]
    assert not maintenance.account.called("DescribeUser") and snapshots(maintenance) == []
