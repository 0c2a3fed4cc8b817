"""`mailtrail coverage`: what CloudWatch Logs has of each day beside what the archive has, on the account of the tests."""

import collections
import fnmatch
import hashlib
import json
import shlex
import time

import pytest

import archive
import border
from covering import DAY, FIRST, GROUP, KEYS, METRICS, TODAY, Covered, stopped_while_it_counts, text
from programs import DONE, FAILED, NEEDS_A_LOOK, REGION, WRONG_USAGE
from samples import ACCOUNT


@pytest.fixture
def covered(account, mailtrail, tmp_path):
    """A log group without events."""
    return Covered(account, mailtrail, tmp_path)


def test_a_gap_is_told_and_filled_by_the_command_that_is_shown(covered):
    for day in range(3):
        covered.ingest(covered.log(day, 5))
    assert covered.states() == ["complete"] * 3
    covered.log(1, 2)
    before = archive.from_directory(covered.archive).digests()
    run = covered.run("--since", text(FIRST), "--until", text(FIRST + 3 * DAY)).expect(NEEDS_A_LOOK)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["state"] for line in lines] == ["complete", "gap", "complete"]
    gap = lines[1]
    assert (gap["source"], gap["archive"], gap["missing"], gap["extra"], gap["method"]) == (7, 5, 2, 0, "count")
    # Nothing that was there is other than before, and one object is new.
    after = archive.from_directory(covered.archive).digests()
    assert before.items() <= after.items() and len(after) == len(before) + 1

    shown = [line.strip() for line in run.stderr.splitlines() if "mailtrail backfill" in line]
    (command,) = shown
    arguments = shlex.split(command)
    assert arguments[:2] == ["mailtrail", "backfill"]
    covered.mailtrail.run(*arguments[1:], env=covered.aws.environment()).expect(DONE)
    assert covered.states() == ["complete"] * 3
    assert len(covered.kept()) == 3


def test_each_event_is_looked_for_where_a_count_is_not_enough(covered):
    sent = covered.log(0, 4)
    covered.ingest(sent[:3])
    # A file with as many events as are missing, which may be of anywhere.
    stranger = {"id": "", "timestamp": sent[0]["timestamp"], "message": "another"}
    covered.ingest([stranger], retrievedBy="import")
    counted = covered.days(until=FIRST + DAY)
    assert [(line["state"], line["reason"]) for line in counted] == [("agrees", "other-events")]
    (exact,) = covered.days("--exact", until=FIRST + DAY, code=NEEDS_A_LOOK)
    assert (exact["state"], exact["method"], exact["missing"], exact["extra"]) == ("gap", "ids", 1, 1)
    covered.ingest(sent[3:])
    (exact,) = covered.days("--exact", until=FIRST + DAY)
    assert (exact["state"], exact["missing"], exact["extra"]) == ("complete", 0, 1)


def test_an_event_that_is_stored_twice_or_with_two_messages_counts_once(covered):
    sent = covered.log(0, 3)
    covered.ingest(sent)
    covered.ingest(sent[1:])
    covered.ingest(sent, retrievedBy="FilterLogEvents")
    assert covered.states(until=FIRST + DAY) == ["complete"]
    covered.ingest([sent[0] | {"message": "***"}])
    (line,) = covered.days(until=FIRST + DAY)
    assert (line["state"], line["source"], line["archive"], line["extra"]) == ("agrees", 3, 4, 1)
    assert covered.states("--exact", until=FIRST + DAY) == ["complete"]


def test_a_day_that_is_not_over_is_open_and_one_that_expires_proves_nothing(covered):
    covered.ingest(covered.log(0, 2))
    covered.log(4, 1, hour=0)
    lines = covered.days("--log-group", GROUP, since=TODAY, until=TODAY + DAY)
    assert [(line["state"], line["source"], line["reason"]) for line in lines] == [("open", None, "not-over")]
    assert not lines[0]["final"] and not covered.kept()

    # Of the first day, a part has expired; of the one before, everything.
    age_in_days = (time.time() * 1_000 - FIRST) / DAY
    covered.group.retention = next(days for days in (1, 3, 5, 7) if days >= int(age_in_days))
    oldest = time.time() * 1_000 - covered.group.retention * DAY
    edge = int(oldest) // DAY * DAY
    lines = covered.days("--log-group", GROUP, since=edge - DAY, until=edge + DAY)
    assert [(line["state"], line["reason"]) for line in lines] == [("unknown", "expired"), ("unknown", "expiring")]
    assert lines[0]["source"] is None and lines[1]["source"] == lines[1]["archive"]
    # What is missing there is missing all the same.
    logged = covered.aws.place().logs.events.log(GROUP, "a", edge + DAY - 1_000, "late")
    lines = covered.days("--log-group", GROUP, since=edge - DAY, until=edge + DAY, code=NEEDS_A_LOOK)
    assert logged and [line["state"] for line in lines] == ["unknown", "gap"]


def test_a_day_is_final_14_days_after_its_end(covered):
    covered.group.created = TODAY - 30 * DAY
    lines = covered.days("--log-group", GROUP, since=TODAY - 16 * DAY, until=TODAY - 13 * DAY)
    assert [line["final"] for line in lines] == [True, True, False]


def test_events_from_before_the_log_group_are_read(covered):
    covered.ingest(covered.log(0, 3)[:2])
    covered.group.created = FIRST + DAY
    lines = covered.days("--log-group", GROUP, code=NEEDS_A_LOOK)
    assert [(line["state"], line["source"]) for line in lines] == [("gap", 3), ("complete", 0), ("complete", 0)]
    covered.group.log_class = "INFREQUENT_ACCESS"
    lines = covered.days()
    assert [line["reason"] for line in lines] == ["before-creation", "before-creation", None]


def test_a_log_group_of_another_class_is_counted(covered):
    covered.log(0, 3)
    covered.group.log_class = "INFREQUENT_ACCESS"
    run = covered.run("--since", text(FIRST), "--until", text(FIRST), "--log-group", GROUP, "--exact")
    (line,) = [json.loads(line) for line in run.expect(NEEDS_A_LOOK).stdout.splitlines()]
    assert (line["state"], line["method"], line["missing"]) == ("gap", "count", 3)
    assert "can only be counted" in run.stderr and "create-export-task" in run.stderr


MAIL = json.dumps({"traceId": "1", "event": {"eventName": "MAILBOX_EMAIL_DELIVERED", "recipient": "a@example.com"}})


def with_organization(covered):
    """An organization that logs to the log group. Returns its id."""
    workmail = covered.aws.place().workmail
    organization = workmail.add("example")
    workmail.monitoring[organization] = {"LogGroupArn": covered.group.arn + ":*", "RoleArn": "arn:aws:iam::1:role/r"}
    return organization


def test_a_day_of_which_only_workmail_tells_is_silent(covered):
    organization = with_organization(covered)
    metrics = covered.aws.place().metrics
    for day in range(3):
        metrics.publish("MailboxEmailDelivered", 2, FIRST + day * DAY + 1_000, OrganizationId=organization)
    metrics.publish("MailboxEmailDelivered", 9, FIRST, OrganizationId="m-0")
    covered.ingest(covered.log(0, 1, lambda _: MAIL))
    covered.ingest(covered.log(1, 1))
    run = covered.run("--since", text(FIRST), "--until", text(FIRST + 3 * DAY)).expect(NEEDS_A_LOOK)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["state"] for line in lines] == ["complete", "silent", "silent"]
    assert [line["witness"] for line in lines] == [{"metric": 2, "events": events, "beside": 0} for events in (1, 0, 0)]
    assert "mailtrail workmail status" in run.stderr

    # Of a day that expired, the metric alone tells: the log may have had events.
    covered.group.retention = 1
    lines = covered.days()
    assert [(line["state"], line["reason"], line["method"]) for line in lines] == [
        ("unknown", "expired", "none"),
        ("unknown", "expired", "metric"),
        ("unknown", "expired", "metric"),
    ]
    shown = covered.mailtrail.run("coverage", "--archive", covered.archive, env=covered.aws.environment()).stdout
    assert "2 days: WorkMail's metrics count 4, of which the archive has no event" in " ".join(shown.split())


def test_failed_sign_ins_are_a_witness_of_the_authentication_log(account, mailtrail, tmp_path):
    audit = account.fixtures.workmail_audit()
    organization = audit.organization.rsplit("/", 1)[1]
    account.place().logs.groups.find(audit.group).created = FIRST - DAY
    metrics = account.place().metrics
    metrics.publish("AuthenticationFailure", 1, FIRST + 1_000, Organization=organization)
    metrics.publish("AuthenticationFailure", 0, FIRST + DAY + 1_000, Organization=organization)
    covered = Covered(account, mailtrail, tmp_path)
    lines = covered.days("--organization", organization, until=FIRST + 2 * DAY, code=NEEDS_A_LOOK)
    assert [(line["log_group"], line["state"], line["witness"]) for line in lines] == [
        (audit.group, "silent", {"metric": 1, "events": 0, "beside": 0}),
        (audit.group, "complete", {"metric": 0, "events": 0, "beside": 0}),
    ]


def logged_elsewhere(covered, organization):
    """Another log group, which the organization logs to from now on."""
    covered.aws.fixtures.log_group("/new")
    group = covered.aws.place().logs.groups.find("/new")
    group.created = FIRST - DAY
    covered.aws.place().workmail.monitoring[organization]["LogGroupArn"] = group.arn + ":*"
    return group


def turned_off(covered, organization):
    """`DeleteEmailMonitoringConfiguration`"""
    covered.aws.place().workmail.monitoring.pop(organization)


def deleted(covered, organization):
    """`DeleteOrganization`"""
    covered.aws.place().workmail.remove(organization)


@pytest.mark.parametrize("change", [turned_off, deleted, logged_elsewhere])
@pytest.mark.parametrize("dimensions", [["OrganizationId"], []])
def test_a_log_group_keeps_its_witness_whatever_becomes_of_the_logging(covered, change, dimensions):
    organization = with_organization(covered)
    of = dict.fromkeys(dimensions, organization)
    metrics = covered.aws.place().metrics
    for day in range(3):
        metrics.publish("MailboxEmailDelivered", 50, FIRST + day * DAY + 1_000, **of)
    covered.ingest(covered.log(0, 3, lambda _: MAIL))
    states = ["complete", "silent", "silent"]
    assert covered.states(code=NEEDS_A_LOOK) == states
    change(covered, organization)
    covered.aws.faults.deny("cloudwatch:GetMetricData")
    run = covered.run("--since", text(FIRST), "--until", text(FIRST + 3 * DAY)).expect(NEEDS_A_LOOK)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["state"] for line in lines if line["log_group"] == GROUP] == states
    assert all(line["witness"]["metric"] == 50 for line in lines)


def test_a_log_group_that_an_organization_logs_to_is_compared_though_nothing_archives_it(covered):
    organization = with_organization(covered)
    for day in range(3):
        covered.aws.place().metrics.publish("MailboxEmailDelivered", 50, FIRST + day * DAY, OrganizationId=organization)
    covered.ingest(covered.log(0, 3, lambda _: MAIL))
    logged_elsewhere(covered, organization)
    event_id = covered.aws.place().logs.events.log("/new", "a", FIRST + DAY + 5, MAIL)
    found = collections.defaultdict(list)
    for line in covered.days(code=NEEDS_A_LOOK):
        found[line["log_group"]].append(line["state"])
    # As there is one organization, the mail of the old log group is its own.
    assert found == {GROUP: ["complete", "silent", "silent"], "/new": ["complete", "gap", "silent"]}
    # One mail of the organization is in the archive, wherever it was logged.
    covered.ingest([{"id": event_id, "timestamp": FIRST + DAY + 5, "message": MAIL}], group="/new")
    lines = covered.days("--log-group", GROUP, code=NEEDS_A_LOOK)
    assert [line["state"] for line in lines] == ["complete", "complete", "silent"]


def test_with_an_empty_archive_the_log_groups_of_organizations_are_compared(covered):
    with_organization(covered)
    covered.log(0, 3, lambda _: MAIL)
    assert covered.states(code=NEEDS_A_LOOK) == ["gap", "complete", "complete"]


def test_a_log_group_of_an_organization_that_does_not_exist_needs_a_look(covered):
    organization = with_organization(covered)
    covered.aws.place().metrics.publish("MailboxEmailDelivered", 5, FIRST + 1_000, OrganizationId=organization)
    arn = covered.group.arn.replace(GROUP, "/gone")
    covered.aws.place().workmail.monitoring[organization]["LogGroupArn"] = arn + ":*"
    lines = covered.days(code=NEEDS_A_LOOK)
    assert [(line["log_group"], line["state"], line["reason"], line["method"]) for line in lines] == [
        ("/gone", "unknown", "no-log-group", method) for method in ("metric", "none", "none")
    ]


def test_a_day_whose_log_was_not_counted_is_not_silent_and_hides_no_gap(covered):
    organization = with_organization(covered)
    covered.aws.place().metrics.publish("MailboxEmailDelivered", 50, FIRST + 1_000, OrganizationId=organization)
    covered.log(0, 3, lambda _: MAIL)
    assert covered.states(until=FIRST + DAY, code=NEEDS_A_LOOK) == ["gap"]
    kept = covered.kept()
    covered.aws.faults.deny("logs:StartQuery")
    (line,) = covered.days(until=FIRST + DAY, code=NEEDS_A_LOOK)
    assert (line["state"], line["reason"], line["method"]) == ("unknown", "not-answered", "metric")
    assert (line["witness"]["metric"], line["earlier"]["state"]) == (50, "gap")
    assert covered.kept() == kept


def test_where_a_metric_has_no_figure_it_is_not_zero(covered):
    organization = with_organization(covered)
    metrics = covered.aws.place().metrics
    covered.group.created = TODAY - 900 * DAY
    for moment in (FIRST, TODAY):
        metrics.publish("MailboxEmailDelivered", 50, moment + 1_000, OrganizationId=organization)
    covered.ingest(covered.log(0, 3, lambda _: MAIL))
    for day, metric in ((FIRST, 50), (FIRST + DAY, None), (TODAY, None), (TODAY - 600 * DAY, None)):
        (line,) = covered.days(since=day, until=day)
        assert line["witness"]["metric"] == metric, line["day"]
    # What was not answered is not known.
    metrics.publish("MailboxEmailDelivered", 50, FIRST + DAY + 1_000, OrganizationId=organization)
    covered.aws.faults.deny("cloudwatch:GetMetricData")
    lines = covered.days(code=NEEDS_A_LOOK)
    assert [line["witness"]["metric"] for line in lines] == [50, None, None]


def test_mail_of_midnight_may_be_logged_on_the_next_day(covered):
    organization = with_organization(covered)
    metrics = covered.aws.place().metrics
    metrics.publish("MailboxEmailDelivered", 1, FIRST + DAY - 500, OrganizationId=organization)
    covered.ingest(covered.log(1, 1, lambda _: MAIL, hour=0))
    assert covered.states() == ["complete"] * 3
    # Of a range of one day, too.
    (line,) = covered.days(until=FIRST + DAY)
    assert (line["state"], line["witness"]) == ("complete", {"metric": 1, "events": 0, "beside": 1})
    metrics.publish("MailboxEmailDelivered", 1, FIRST + DAY // 2, OrganizationId=organization)
    assert covered.states(code=NEEDS_A_LOOK) == ["silent", "complete", "complete"]


@pytest.mark.parametrize("value", [1e30, 2.0**63, 2.0**40, -5.0])
def test_a_figure_that_no_day_can_have_is_not_saved(covered, value):
    organization = with_organization(covered)
    metrics = covered.aws.place().metrics
    metrics.publish("MailboxEmailDelivered", value, FIRST + 1_000, OrganizationId=organization)
    for _ in range(2):
        run = covered.run("--since", text(FIRST), "--until", text(FIRST), "--log-group", GROUP).expect(NEEDS_A_LOOK)
        assert json.loads(run.stdout)["witness"]["metric"] is None
        assert "which is not a count" in run.stderr and "left out of account" not in run.stderr


def test_a_metric_that_cloudwatch_does_not_list_any_more_is_asked_for(covered):
    organization = with_organization(covered)
    metrics = covered.aws.place().metrics
    covered.group.created = TODAY - 60 * DAY
    day = TODAY - 20 * DAY
    metrics.publish("MailboxEmailDelivered", 7, day + 1_000, OrganizationId=organization)
    metrics.publish("OutgoingEmailSent", 1, TODAY - DAY, OrganizationId=organization)
    (line,) = covered.days("--log-group", GROUP, since=day, until=day, code=NEEDS_A_LOOK)
    assert (line["state"], line["witness"]["metric"]) == ("silent", 7)


def test_what_no_run_can_have_saved_of_metrics_is_named_and_not_believed(covered):
    organization = with_organization(covered)
    covered.aws.place().metrics.publish("MailboxEmailDelivered", 50, FIRST + 1_000, OrganizationId=organization)
    assert covered.states(code=NEEDS_A_LOOK) == ["silent"] + ["complete"] * 2
    ((key, lines),) = covered.kept(METRICS).items()
    figure = next(line for line in lines if "sum" in line)
    folder = (covered.archive / key).parent

    def write(name, *figures):
        content = "".join(json.dumps(figure | it) + "\n" for it in figures)
        (folder / name.replace("HASH", hashlib.sha256(content.encode()).hexdigest()[:16])).write_text(content)

    write("anything at all", {"day": text(FIRST + DAY), "sum": 77})
    write("20990101T000000Z-HASH.ndjson", {"sum": 0})
    write(f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-0123456789abcdef.ndjson", {"sum": 0})
    write(f"{text(TODAY - DAY).replace('-', '')}T000000Z-HASH.ndjson", {"day": text(TODAY)}, {"day": "2099-01-01"})
    covered.aws.faults.deny("cloudwatch:GetMetricData")
    run = covered.run("--since", text(FIRST), "--until", text(FIRST + 3 * DAY), "--log-group", GROUP)
    metrics = [json.loads(line)["witness"]["metric"] for line in run.expect(NEEDS_A_LOOK).stdout.splitlines()]
    assert metrics == [50, None, None]
    assert run.stderr.count("left out of account") == 5 and "saved in the future" in " ".join(run.stderr.split())
    # That alone needs a look.
    run = covered.run("--since", text(FIRST + DAY), "--until", text(FIRST + DAY), "--log-group", GROUP)
    assert json.loads(run.expect(NEEDS_A_LOOK).stdout)["state"] == "complete"


def test_the_whole_history_of_the_metrics_is_saved_and_then_what_is_new(covered):
    organization = with_organization(covered)
    metrics = covered.aws.place().metrics
    of = {"OrganizationId": organization}
    for days in (2, 100, 400, 500):
        metrics.publish("OrganizationEmailReceived", 3, TODAY - days * DAY, **of)
    metrics.publish("AvailabilityProviderFailure", 1, TODAY - DAY, **of)
    covered.ingest(covered.log(2, 1, lambda _: MAIL))
    covered.aws.faults.page_sizes |= {"GetMetricData": 2, "ListMetrics": 1}
    covered.days("--log-group", GROUP)
    (lines,) = covered.kept(METRICS).values()
    of_log, *lines = lines
    assert of_log == {"log_group": GROUP, "log": "email-events", "organization": organization, "alias": "example"}
    saved = {(line["metric"], line["day"]): line for line in lines}
    received = [("OrganizationEmailReceived", text(TODAY - days * DAY)) for days in (400, 100, 2)]
    assert set(saved) == {*received, ("AvailabilityProviderFailure", text(TODAY - DAY))}
    assert saved[received[0]] == {
        "metric": received[0][0],
        "dimensions": of,
        "day": received[0][1],
        "sum": 3,
        "samples": 1,
    }

    time.sleep(1.1)
    covered.days("--log-group", GROUP)
    assert len(covered.kept(METRICS)) == 1
    metrics.publish("OrganizationEmailReceived", 1, TODAY - 2 * DAY, **of)
    covered.days("--log-group", GROUP, "--dry-run")
    assert len(covered.kept(METRICS)) == 1
    covered.days("--log-group", GROUP)
    first, second = covered.kept(METRICS).values()
    assert first == [of_log, *lines] and [(line["day"], line["sum"]) for line in second] == [(received[2][1], 4)]


def test_log_groups_are_those_of_the_archive_and_those_with_a_subscription(covered):
    covered.ingest(covered.log(0, 1))
    covered.ingest([{"id": "1", "timestamp": FIRST, "message": "x"}], group="deleted")
    account = covered.aws
    audit = account.fixtures.workmail_audit()
    account.place().functions.add(audit.function.rsplit(":", 1)[1], MAILTRAIL_ARCHIVE="s3://example")
    account.place().logs.groups.find(audit.group).created = FIRST
    account.fixtures.log_group("unsubscribed")
    found = collections.defaultdict(list)
    for line in covered.days(until=FIRST + DAY):
        found[line["log_group"]].append((line["state"], line["reason"]))
    assert found == {
        GROUP: [("complete", None)],
        audit.group: [("complete", None)],
        "deleted": [("unknown", "no-log-group")],
    }


@pytest.mark.parametrize("action", ["logs:StartQuery", "logs:GetQueryResults"])
def test_without_permission_a_day_is_unknown_and_it_says_why(covered, action):
    covered.ingest(covered.log(0, 2))
    assert covered.states(until=FIRST + DAY) == ["complete"]
    kept = covered.kept()
    covered.aws.faults.deny(action)
    run = covered.run("--since", text(FIRST), "--until", text(FIRST)).expect(NEEDS_A_LOOK)
    (line,) = [json.loads(line) for line in run.stdout.splitlines()]
    assert (line["state"], line["reason"], line["source"]) == ("unknown", "not-answered", None)
    assert action in run.stderr
    # What was known before is not hidden by that.
    assert covered.kept() == kept


@pytest.mark.parametrize(
    "action",
    [
        *("cloudwatch:ListMetrics", "cloudwatch:GetMetricData", "workmail:ListOrganizations"),
        *("workmail:DescribeEmailMonitoringConfiguration", "logs:DescribeDeliverySources"),
    ],
)
def test_without_permission_for_the_metrics_there_is_no_witness_and_it_says_why(covered, action):
    organization = with_organization(covered)
    covered.aws.place().metrics.publish("MailboxEmailDelivered", 2, FIRST + 1_000, OrganizationId=organization)
    covered.ingest(covered.log(0, 1))
    covered.aws.faults.deny(action)
    run = covered.run("--since", text(FIRST), "--until", text(FIRST))
    (line,) = [json.loads(line) for line in run.stdout.splitlines()]
    metric = (line["witness"] or {}).get("metric")
    assert action.split(":")[1] in run.stderr
    assert (run.code, line["state"]) == (NEEDS_A_LOOK, "complete" if metric is None else "silent")


def test_a_metric_that_is_not_answered_whole_proves_nothing(covered):
    organization = with_organization(covered)
    covered.aws.place().metrics.publish("MailboxEmailDelivered", 2, FIRST + 1_000, OrganizationId=organization)

    def partial(answer):
        answer["MetricDataResults"][0]["StatusCode"] = "InternalError"

    covered.aws.faults.rewrite("GetMetricData", partial)
    run = covered.run("--since", text(FIRST), "--until", text(FIRST), "--log-group", GROUP).expect(NEEDS_A_LOOK)
    assert "InternalError" in run.stderr
    assert not any("sum" in line for lines in covered.kept(METRICS).values() for line in lines)


def test_a_query_that_is_not_complete_counts_nothing(covered):
    covered.ingest(covered.log(0, 2))

    def failed(answer):
        answer["status"] = "Timeout"

    covered.aws.faults.rewrite("GetQueryResults", failed)
    (line,) = covered.days(until=FIRST + DAY, code=NEEDS_A_LOOK)
    assert (line["state"], line["reason"]) == ("unknown", "not-answered")


def test_without_aws_only_the_archive_is_counted(covered):
    for day in range(2):
        covered.ingest(covered.log(day, 3))
    for arguments, env in ((["--offline"], covered.aws.environment()), ([], {})):
        run = covered.mailtrail.run("coverage", "--archive", covered.archive, "--json", *arguments, env=env)
        lines = [json.loads(line) for line in run.expect(DONE).stdout.splitlines()]
        assert [(line["day"], line["source"], line["archive"], line["state"]) for line in lines] == [
            (text(FIRST + day * DAY), None, 3, "unknown") for day in range(2)
        ]
    assert "AWS was not asked" in run.stderr and not covered.kept("coverage")
    for option in (["--exact"], ["--organization", "m-1"]):
        refused = covered.mailtrail.run("coverage", "--archive", covered.archive, *option, env={})
        assert "no credentials are configured" in refused.expect(FAILED).stderr


def test_credentials_that_expired_are_an_error_and_no_answer(covered):
    covered.ingest(covered.log(0, 1))
    covered.aws.faults.fail("GetCallerIdentity", "ExpiredTokenException", nth=None)
    run = covered.run().expect(FAILED)
    assert "aws sso login" in run.stderr and not run.stdout


def test_a_log_group_of_another_account_or_none_is_refused(covered):
    covered.ingest(covered.log(0, 1))
    elsewhere = f"arn:aws:logs:{REGION}:444455556666:log-group:{GROUP}"
    assert "is in account 444455556666" in covered.run("--log-group", elsewhere).expect(FAILED).stderr
    assert "there is no log group `missing`" in covered.run("--log-group", "missing").expect(FAILED).stderr
    assert not covered.kept()


def test_an_archive_of_another_account_is_refused(covered):
    covered.ingest([{"id": "1", "timestamp": FIRST, "message": "x"}], owner="444455556666")
    run = covered.run("--log-group", GROUP).expect(FAILED)
    assert "events of account 444455556666" in run.stderr and not covered.kept()


def test_a_raw_copy_that_cannot_be_read_is_named_and_its_events_are_missing(covered):
    covered.ingest(covered.log(0, 2))
    (path,) = covered.archive.glob("raw/**/*.json.gz")
    path.write_bytes(b"no gzip")
    run = covered.run("--since", text(FIRST), "--until", text(FIRST), "--log-group", GROUP).expect(NEEDS_A_LOOK)
    assert json.loads(run.stdout)["state"] == "gap" and path.name in run.stderr


def test_what_was_complete_before_it_expired_is_still_told(covered):
    covered.ingest(covered.log(0, 2))
    (before,) = covered.days(until=FIRST + DAY)
    assert (before["state"], before["earlier"]) == ("complete", None)
    covered.group.retention = 1
    (after,) = covered.days(until=FIRST + DAY)
    assert (after["state"], after["reason"]) == ("unknown", "expired")
    assert after["earlier"] == {"state": "complete", "checked": before["checked"]}
    offline = covered.mailtrail.run("coverage", "--offline", "--archive", covered.archive).expect(DONE).stdout
    assert "2 events in the archive" in offline


def test_what_no_check_wrote_is_named_and_not_believed(covered):
    covered.ingest(covered.log(0, 2)[:1])
    covered.days(until=FIRST + DAY, code=NEEDS_A_LOOK)
    ((key, lines),) = covered.kept().items()
    path = covered.archive / key
    line = lines[0] | {"state": "complete", "missing": 0, "checked": "2099-01-01T00:00:00Z"}
    content = json.dumps(line) + "\n\u001b[2J\n"
    name = path.name.replace(path.name[:16], "20990101T000000Z").rsplit("-", 1)[0]
    forged = path.with_name(f"{name}-{hashlib.sha256(content.encode()).hexdigest()[:16]}.ndjson")
    forged.write_text(content)
    run = covered.run("--offline").expect(NEEDS_A_LOOK)
    assert "line 1: it was checked in the future" in run.stderr and "\u001b[2J" not in run.stderr
    assert json.loads(run.stdout)["earlier"]["state"] == "gap"
    # Of another account than the archive: its folder is its own.
    other = covered.archive / key.replace(ACCOUNT, "444455556666")
    other.parent.mkdir(parents=True)
    path.rename(other)
    forged.unlink()
    run = covered.run("--offline").expect(NEEDS_A_LOOK)
    assert "another log group, account or Region" in run.stderr
    assert json.loads(run.stdout)["earlier"] is None


def test_names_of_strangers_do_nothing_to_the_terminal(covered):
    name = "x\u202e\u001b[2J/y"
    covered.ingest([{"id": "1", "timestamp": FIRST, "message": "x"}], group=name)
    run = covered.mailtrail.run("coverage", "--offline", "--archive", covered.archive)
    shown = run.expect(DONE).stdout
    assert "x\\u{202e}" in shown and "\u202e" not in shown and "\u001b[2J" not in shown


@pytest.fixture
def in_s3(covered, moto):
    """The archive in a bucket, with a border in front of it."""
    s3 = moto.client("s3")
    s3.create_bucket(Bucket="example-trail", CreateBucketConfiguration={"LocationConstraint": REGION})
    covered.archive = "s3://example-trail/mail"
    with border.before(moto) as of_moto:
        yield of_moto, s3, {"AWS_ENDPOINT_URL_S3": of_moto.endpoints[0]}


def test_the_permissions_that_are_printed_are_those_that_are_needed(covered, in_s3):
    of_moto, s3, env = in_s3
    organization = with_organization(covered)
    account = covered.aws
    account.place().metrics.publish("MailboxEmailDelivered", 2, FIRST + 1_000, OrganizationId=organization)
    audit = account.fixtures.workmail_audit(alias="other")
    account.place().functions.add(audit.function.rsplit(":", 1)[1], MAILTRAIL_ARCHIVE="s3://example-trail/mail")
    covered.log(0, 3)
    for options in ((), ("--exact",)):
        covered.run("--since", text(FIRST), "--log-group", GROUP, *options, **env).expect(NEEDS_A_LOOK)
    covered.run("--since", text(FIRST), **env).expect(NEEDS_A_LOOK)
    stopped_while_it_counts(covered, **env)

    allowed = collections.defaultdict(list)
    given = ("--account", ACCOUNT, "--region", REGION)
    for destination in (("cloudwatch-logs",), ("s3", "--bucket", "example-trail")):
        run = covered.mailtrail.run("permissions", "coverage", *destination, *given).expect(DONE)
        for statement in json.loads(run.stdout)["caller_policy"]["Statement"]:
            for action in statement["Action"]:
                allowed[action] += statement["Resource"]
    needs = {need for call in account.calls for need in call.needs if not need[0].startswith("sts:")}
    assert {action for action, _ in needs} | of_moto.needed == set(allowed)
    refused = [need for need in needs if not any(fnmatch.fnmatchcase(need[1], it) for it in allowed[need[0]])]
    assert refused == []
    written = {it["Key"] for it in s3.list_objects_v2(Bucket="example-trail")["Contents"]}
    assert written and all(key.startswith("mail/coverage/") for key in written)
    # Of one log group as well.
    one = covered.mailtrail.run("permissions", "coverage", "cloudwatch-logs", "--log-group", GROUP, *given)
    assert f":log-group:{GROUP}:*" in one.expect(DONE).stdout


def test_where_nothing_can_be_kept_the_answer_is_given_all_the_same(covered, in_s3):
    of_moto, s3, env = in_s3
    covered.log(0, 3)
    of_moto.denied.add("s3:PutObject")
    run = covered.run("--since", text(FIRST), "--until", text(FIRST), "--log-group", GROUP, **env).expect(FAILED)
    assert json.loads(run.stdout)["state"] == "gap" and "s3:PutObject" in run.stderr and "--dry-run" in run.stderr
    kept = s3.list_objects_v2(Bucket="example-trail").get("Contents", [])
    assert kept == []


def test_wrong_usage_is_told(covered):
    assert "--since must be before --until" in covered.run("--since", "1d", "--until", "2d").expect(WRONG_USAGE).stderr
    for arguments, told in (
        (["--since", "2099-01-01"], "--since is in the future"),
        (["--until", "1970-01-01"], "--until leaves no day"),
        (["--until", "2020-01-01"], "give both"),
    ):
        assert told in covered.run(*arguments).expect(WRONG_USAGE).stderr
    assert "cannot be used with" in covered.run("--offline", "--exact").expect(WRONG_USAGE).stderr
    missing = covered.mailtrail.run("coverage", env={}).expect(WRONG_USAGE)
    assert "missing archive" in missing.stderr
