"""`mailtrail backfill`: what CloudWatch Logs has and the archive lacks, read from the account of the tests."""

import collections
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

import account.server
import archive
import programs
import standins
from account.logs.reading import Hostility
from programs import DONE, FAILED, NEEDS_A_LOOK, REGION, WRONG_USAGE
from samples import ACCOUNT

GROUP = "/aws/workmail/emailevents/example"
DAY = 86_400_000
# Midnight, three days ago: nothing of it has expired, and all of it is over.
BASE = int(time.time() * 1_000) // DAY * DAY - 3 * DAY
STREAMS = ["a", "b", "c"]
KEYS = {"log_group", "account", "region", "since", "until", "in_source", "in_archive_before", "added", "left"}
KEYS |= {"other_message", "ids", "counted", "agrees", "expired_before"}
Event = collections.namedtuple("Event", "stream id timestamp message")
SEEDS = int(os.environ.get("MAILTRAIL_BACKFILL_RUNS", "4"))


class Source:
    """A log group with events, and what a subscription sent of it."""

    def __init__(self, aws, name=GROUP):
        self.aws = aws
        self.name = name
        self.events = []
        aws.fixtures.log_group(name)
        self.group.created = BASE - DAY

    @property
    def logs(self):
        """CloudWatch Logs in the account."""
        return self.aws.place().logs

    @property
    def group(self):
        """The log group as the account has it."""
        return self.logs.groups.find(self.name)

    def log(self, timestamp, number, stream="a"):
        """An event."""
        message = json.dumps({"number": number, "mail": f"{number}@example.com"})
        event_id = self.logs.events.log(self.name, stream, timestamp, message)
        self.events.append(Event(stream, event_id, timestamp, message))

    def log_some(self, rng, count):
        """Events of two days, many of a millisecond that others have."""
        for number in range(count):
            shared = self.events and rng.random() < 0.4
            timestamp = rng.choice(self.events).timestamp if shared else BASE + rng.randrange(2 * DAY)
            self.log(timestamp, number, rng.choice(STREAMS))

    def payloads(self, events, folder):
        """Files of what a subscription sends of these events."""
        folder.mkdir(exist_ok=True)
        for stream in STREAMS:
            of_stream = [event for event in events if event.stream == stream]
            for start in range(0, len(of_stream), 10):
                some = of_stream[start : start + 10]
                batch = {
                    "messageType": "DATA_MESSAGE",
                    "owner": ACCOUNT,
                    "logGroup": self.name,
                    "logStream": stream,
                    "subscriptionFilters": ["f"],
                    "logEvents": [{"id": it.id, "timestamp": it.timestamp, "message": it.message} for it in some],
                }
                (folder / f"{stream}-{len(list(folder.iterdir()))}.json").write_text(json.dumps(batch))
        return sorted(folder.iterdir())


@pytest.fixture
def source(account):
    """A log group with 300 events."""
    found = Source(account)
    found.log_some(random.Random(1), 300)
    return found


@pytest.fixture
def backfill(mailtrail, account, tmp_path):
    """Runs `mailtrail backfill --json` into an archive."""

    def run(*arguments, group=GROUP, to=tmp_path / "archive", **variables):
        env = account.environment() | variables
        wanted = ("--log-group", group) if group else ()
        return mailtrail.run("backfill", "--archive", to, "--json", *wanted, *arguments, env=env)

    return run


def check(run, code=DONE):
    """The one log group of an answer, which balances."""
    answer = run.expect(code).answer
    assert set(answer) == {"log_groups", "added", "balanced", "dry_run"} and answer["balanced"] is True
    (group,) = answer["log_groups"]
    assert set(group) == KEYS and (group["account"], group["region"]) == (ACCOUNT, REGION)
    assert group["in_source"] == group["in_archive_before"] + group["added"] + group["left"]
    assert answer["added"] == group["added"]
    return group


def found(mailtrail, where):
    """What readers show: events as `search` prints them, and the uids of the records, each as often as it is shown."""
    lines = mailtrail.run("search", "--archive", where, "--json").expect(DONE).stdout.splitlines()
    events = [json.loads(line) for line in lines]
    shown = sorted((it["logStream"], it["id"], it["message"]) for it in events)
    records = archive.from_directory(where).check().records()
    return shown, {(it["metadata"]["log_source"], it["metadata"]["uid"]) for it in records}


def is_whole(mailtrail, where, source):
    """Asserts that each event is shown once, and has a record."""
    shown, uids = found(mailtrail, where)
    assert shown == sorted((it.stream, it.id, it.message) for it in source.events)
    assert uids == {(it.stream, it.id) for it in source.events}


def test_everything_that_a_log_group_has_is_archived_once(mailtrail, source, backfill, tmp_path):
    first = check(backfill())
    count = len(source.events)
    assert (first["in_source"], first["added"], first["counted"], first["agrees"]) == (count, count, count, True)
    assert first["ids"] == "assumed"
    is_whole(mailtrail, tmp_path / "archive", source)
    copies = archive.from_directory(tmp_path / "archive").kind("raw")
    assert {json.loads(copy.payload)["retrievedBy"] for copy in copies} == {"FilterLogEvents"}

    again = check(backfill())
    assert (again["in_archive_before"], again["added"]) == (count, 0)
    is_whole(mailtrail, tmp_path / "archive", source)


def test_what_a_subscription_sent_is_not_archived_again(mailtrail, source, backfill, tmp_path):
    sent = [event for event in source.events if event.timestamp >= BASE + DAY]
    mailtrail.ingest(*source.payloads(sent, tmp_path / "sent"), to=tmp_path / "archive").expect(DONE)
    group = check(backfill())
    assert (group["ids"], group["in_archive_before"]) == ("agree", len(sent))
    assert group["added"] == len(source.events) - len(sent) > 0
    is_whole(mailtrail, tmp_path / "archive", source)


def test_the_archive_may_be_in_s3_and_a_run_that_expired_goes_on_there(source, backfill, moto):
    s3, url = moto.client("s3"), "s3://example-trail/mail"
    s3.create_bucket(Bucket="example-trail", CreateBucketConfiguration={"LocationConstraint": REGION})
    source.aws.faults.fail("FilterLogEvents", "ExpiredTokenException", nth=9)
    backfill(to=url, AWS_ENDPOINT_URL_S3=moto.endpoint).expect(FAILED)
    group = check(backfill(to=url, AWS_ENDPOINT_URL_S3=moto.endpoint))
    assert (group["in_source"], group["agrees"]) == (len(source.events), True)
    kept = archive.from_s3(s3, url).check()
    assert {record["metadata"]["uid"] for record in kept.records()} == {event.id for event in source.events}
    steps = [json.loads(entry.body)["step"] for entry in kept.kind("other") if entry.key.startswith("pull/")]
    assert steps[0] == "begin" and steps[-1] == "end" and steps.count("end") == 1


def test_a_range_is_read_and_nothing_else(source, backfill):
    since, until = BASE + DAY // 2, BASE + DAY
    text = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment // 1_000)) for moment in (since, until)]
    group = check(backfill("--since", text[0], "--until", text[1]))
    assert (group["since"], group["until"]) == tuple(text)
    assert group["in_source"] == sum(since <= event.timestamp < until for event in source.events) > 0


def test_a_dry_run_says_what_is_missing_and_writes_nothing(source, backfill, tmp_path):
    group = check(backfill("--dry-run"))
    assert (group["left"], group["added"], group["agrees"]) == (len(source.events), 0, True)
    assert not (tmp_path / "archive").exists()


def test_the_pages_are_read_at_the_rate_that_is_given(source, backfill):
    started = time.monotonic()
    source.aws.faults.page_sizes["FilterLogEvents"] = 50
    check(backfill("--rate", "20"))
    pages = len(source.aws.called("FilterLogEvents"))
    assert pages >= 10 and time.monotonic() - started >= (pages - 1) / 20


def test_credentials_that_expire_end_a_run_and_the_next_one_goes_on(mailtrail, source, backfill, tmp_path):
    source.aws.faults.fail("FilterLogEvents", "ExpiredTokenException", nth=9)
    ended = backfill().expect(FAILED)
    assert "run the same command again" in ended.stderr and "aws sso login" in ended.stderr
    assert ended.answer["balanced"] is True and ended.answer["log_groups"][0]["agrees"] is None
    before = len(source.aws.called("FilterLogEvents"))
    done = check(backfill())
    assert done["in_source"] == len(source.events)
    starts = [call.parameters["startTime"] for call in source.aws.called("FilterLogEvents")]
    # The first calls of the second run are those that measure ids; what was done is not read again.
    assert min(starts[before + 1 :]) > min(starts[:before])
    is_whole(mailtrail, tmp_path / "archive", source)


def test_ctrl_c_stops_a_run_and_the_next_one_goes_on(mailtrail, source, backfill, tmp_path):
    process = None
    source.aws.faults.after("FilterLogEvents", lambda: process.send_signal(signal.SIGINT), nth=4)
    command = [mailtrail.binary, "backfill", "--archive", tmp_path / "archive", "--log-group", GROUP]
    env = mailtrail.environment(source.aws.environment())
    process = subprocess.Popen([*map(str, command)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _, stderr = process.communicate(timeout=programs.TIMEOUT)
    assert process.returncode == FAILED and b"goes on where it was" in stderr, stderr
    check(backfill())
    is_whole(mailtrail, tmp_path / "archive", source)


def test_ctrl_c_stops_at_once_while_the_next_call_waits_for_its_turn(mailtrail, source, tmp_path):
    # The second call is due in 100 seconds.
    command = [mailtrail.binary, "backfill", "--archive", tmp_path / "archive", "--log-group", GROUP, "--rate", "0.01"]
    started = time.monotonic()
    env = mailtrail.environment(source.aws.environment())
    process = subprocess.Popen([*map(str, command)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    standins.wait_until(lambda: source.aws.called("FilterLogEvents"), programs.TIMEOUT, "the first call")
    # By then its page has been read, and the next one waits.
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=programs.TIMEOUT)
    assert process.returncode == FAILED and b"goes on where it was" in stderr, stderr
    assert len(source.aws.called("FilterLogEvents")) == 1 and time.monotonic() - started < 90


def entries(where):
    """The files below pull/ of an archive, in their order."""
    return sorted((where / "pull").rglob("*.json"))


def forge(where, **counts):
    """Leaves an archive as of a run that was interrupted when it had done everything, by what it says."""
    last = entries(where)[-1]
    assert json.loads(last.read_text())["step"] == "end"
    last.unlink()
    for path in entries(where):
        entry = json.loads(path.read_text())
        if entry["step"] == "done":
            entry["counts"].update(counts)
            path.write_text(json.dumps(entry))


def test_what_an_interrupted_run_has_done_is_not_read_again(mailtrail, source, backfill, tmp_path):
    check(backfill())
    forge(tmp_path / "archive")
    before = len(source.aws.called("FilterLogEvents"))
    run = backfill()
    group = check(run)
    assert (group["added"], group["in_source"]) == (len(source.events), len(source.events))
    assert len(source.aws.called("FilterLogEvents")) - before <= 1 and "read again" not in run.stderr


@pytest.mark.parametrize("lost", ["everything", "a raw copy", "the records of a raw copy"])
def test_an_entry_that_says_done_is_not_believed_where_the_events_are_missing(
    mailtrail, source, backfill, tmp_path, lost
):
    where = tmp_path / "archive"
    check(backfill())
    forge(where)
    if lost == "everything":
        for folder in where.iterdir():
            if folder.name != "pull":
                shutil.rmtree(folder)
    elif lost == "a raw copy":
        sorted((where / "raw").rglob("*.json.gz"))[0].unlink()
    else:
        sorted(where.glob("base_event/**/*.zst"))[0].unlink()
    run = backfill()
    group = check(run)
    assert (group["in_source"], group["agrees"]) == (len(source.events), True)
    assert "they are read again" in run.stderr
    is_whole(mailtrail, where, source)


def test_an_entry_that_says_that_there_was_nothing_is_found_out_by_the_second_count(mailtrail, source, backfill, tmp_path):
    where = tmp_path / "archive"
    check(backfill())
    forge(where, in_source=0, in_archive_before=0, added=0)
    shutil.rmtree(where / "raw")
    shutil.rmtree(where / "base_event")
    group = check(backfill())
    assert (group["in_source"], group["agrees"]) == (len(source.events), True)
    is_whole(mailtrail, where, source)


def test_a_damaged_raw_copy_is_named_and_what_does_not_depend_on_it_is_archived(mailtrail, source, backfill, tmp_path):
    where = tmp_path / "archive"
    check(backfill())
    whole = {path: path.read_bytes() for path in (where / "raw").rglob("*.json.gz")}
    damaged = sorted(whole)[0]
    damaged.write_bytes(whole[damaged][:50])
    other = sorted(whole)[-1]
    other.unlink()
    run = backfill()
    group = check(run, NEEDS_A_LOOK)
    lines = json.loads(gzip.decompress(whole[damaged]))["logEvents"]
    assert group["left"] == len(lines) > 0 and group["added"] == len(json.loads(gzip.decompress(whole[other]))["logEvents"])
    assert damaged.name in run.stderr and "what belongs there is left, and the rest goes on" in run.stderr
    assert other.exists()
    # With the object restored, the next run has nothing to do.
    damaged.write_bytes(whole[damaged])
    again = check(backfill())
    assert (again["left"], again["added"]) == (0, group["added"])
    is_whole(mailtrail, where, source)


def test_log_groups_are_read_side_by_side_within_one_rate(source, backfill):
    source.aws.faults.page_sizes["FilterLogEvents"] = 50
    second = Source(source.aws, "/example/second")
    second.log_some(random.Random(2), 300)
    asked = []
    source.aws.faults.after("FilterLogEvents", lambda: asked.append(time.monotonic()), nth=None)
    run = backfill("--log-group", second.name, "--rate", "20", "--jobs", "2").expect(DONE)
    assert {group["in_source"] for group in run.answer["log_groups"]} == {300}
    calls = [call.parameters["logGroupName"] for call in source.aws.called("FilterLogEvents")]
    # Each group is asked about while the other one is.
    changes = sum(one != other for one, other in zip(calls, calls[1:]))
    assert changes >= 6, calls
    assert len(calls) == len(asked) and asked[-1] - asked[0] >= (len(calls) - 1) / 20 - 0.2


def test_counts_that_differ_are_told_day_by_day(source, backfill):
    def one_more(answer):
        for row in answer.get("results", []):
            row[1]["value"] = str(int(row[1]["value"]) + 1)

    source.aws.faults.rewrite("GetQueryResults", one_more)
    run = backfill()
    group = check(run, NEEDS_A_LOOK)
    days = len({event.timestamp // DAY for event in source.events})
    assert (group["agrees"], group["counted"]) == (False, len(source.events) + days)
    assert f"{group['since'][:4]}-" in run.stderr and "the counts differ" in run.stderr


def test_without_insights_the_events_are_read_twice(source, backfill):
    source.aws.faults.deny("logs:StartQuery")
    run = backfill()
    assert check(run)["agrees"] is True
    assert "second reading" in run.stderr and "logs:StartQuery" in run.stderr


def test_masked_events_are_archived_as_the_subscription_has_them_unless_asked_for(
    mailtrail, source, backfill, tmp_path
):
    source.group.data_protection = {}
    source.group.data_protection_status = "ACTIVATED"
    run = backfill()
    check(run)
    assert "masks events" in run.stderr
    shown, _ = found(mailtrail, tmp_path / "archive")
    assert all("@example.com" not in message for _, _, message in shown)
    unmasked = check(backfill("--unmask"))
    assert unmasked["other_message"] == unmasked["added"] == len(source.events)


def test_log_groups_are_those_of_an_organization_or_of_all_subscriptions(account, backfill):
    audit = account.fixtures.workmail_audit()
    account.fixtures.log_group("unsubscribed")
    account.place().logs.events.log(audit.group, "a", BASE, "{}")
    account.place().logs.groups.find(audit.group).created = BASE - DAY
    organization = audit.organization.rsplit("/", 1)[1]
    assert check(backfill("--organization", organization, group=None))["log_group"] == audit.group
    account.place().functions.add(audit.function.rsplit(":", 1)[1], MAILTRAIL_ARCHIVE="s3://example")
    assert check(backfill("--subscribed", group=None))["log_group"] == audit.group


def refused_group(aws, name, **settings):
    """A log group with settings."""
    aws.fixtures.log_group(name, **settings)
    return name


@pytest.mark.parametrize(
    ("arrange", "says"),
    [
        (lambda aws: "missing", "there is no log group `missing` in account 111122223333, Region eu-west-1"),
        (lambda aws: refused_group(aws, "rare", logGroupClass="INFREQUENT_ACCESS"), "has the class INFREQUENT_ACCESS"),
        (lambda aws: "arn:aws:logs:us-east-1:111122223333:log-group:there", "Region us-east-1, and the credentials are"),
        (lambda aws: "arn:aws:logs:eu-west-1:444455556666:log-group:there", "is in account 444455556666"),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_is_written(account, backfill, tmp_path, arrange, says):
    run = backfill(group=arrange(account)).expect(FAILED)
    assert says in run.stderr and not run.stdout
    assert not (tmp_path / "archive").exists()


def test_log_groups_of_mailtrail_itself_are_refused(account, backfill, tmp_path):
    account.fixtures.log_group("/aws/lambda/mail")
    account.place().functions.add("mail", MAILTRAIL_ARCHIVE="s3://example")
    assert "one of mailtrail itself" in backfill(group="/aws/lambda/mail").expect(FAILED).stderr
    account.fixtures.log_group("own")
    assert "one of mailtrail itself" in backfill(group="own", MAILTRAIL_OWN_LOG_GROUPS="own").expect(FAILED).stderr
    assert not (tmp_path / "archive").exists()


def test_what_has_expired_is_told(source, backfill):
    source.group.retention = 1
    source.group.created = BASE - 60 * DAY
    for since in (["--since", "30d"], []):
        gone = backfill(*since, "--until", "20d").expect(FAILED)
        assert "keeps events for 1 day: none from before 20" in gone.stderr
    for since in ("7d", "25h"):
        run = backfill("--since", since)
        assert check(run, NEEDS_A_LOOK)["expired_before"] and "has expired, and is gone or will be" in run.stderr
    for since in (["--since", "24h"], []):
        assert check(backfill(*since))["expired_before"] is None


def test_a_range_without_events_is_refused_with_the_reason(source, backfill):
    source.group.retention = 30
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    for until in ([], ["--until", "9999-12-31"]):
        said = backfill("--since", later, *until).expect(FAILED).stderr
        assert f"no events of `{GROUP}` from {later} on: it is in the future" in said
    source.group.retention = None
    said = backfill("--until", "20d").expect(FAILED).stderr
    assert "was created at" in said and "there is nothing of it before" in said
    assert source.aws.called("FilterLogEvents") == []


def test_a_far_end_is_read_as_far_as_there_can_be_events(source, backfill):
    near = check(backfill())
    calls = len(source.aws.called("FilterLogEvents"))
    far = check(backfill("--until", "9999-12-31", to="another"))
    assert far["in_source"] == near["in_source"] and far["until"] < "9999"
    assert len(source.aws.called("FilterLogEvents")) - calls <= calls + 2


def test_without_permission_it_says_which_call_was_refused(source, backfill):
    source.aws.faults.deny("logs:FilterLogEvents")
    assert "logs:FilterLogEvents" in backfill().expect(FAILED).stderr
    source.aws.faults.deny("logs:DescribeLogGroups")
    assert "logs:DescribeLogGroups" in backfill().expect(FAILED).stderr


def test_an_archive_of_another_account_is_not_written_to(mailtrail, source, backfill, tmp_path):
    folder = tmp_path / "sent"
    (path,) = source.payloads(source.events[:1], folder)
    path.write_text(path.read_text().replace(ACCOUNT, "444455556666"))
    mailtrail.ingest(path, to=tmp_path / "archive").expect(DONE)
    before = archive.from_directory(tmp_path / "archive").digests()
    assert "events of account 444455556666" in backfill().expect(FAILED).stderr
    assert archive.from_directory(tmp_path / "archive").digests() == before


def test_wrong_usage_is_told(backfill):
    assert "nothing to read" in backfill(group=None).expect(WRONG_USAGE).stderr
    assert "--since must be before --until" in backfill("--since", "1d", "--until", "2d").expect(WRONG_USAGE).stderr
    assert "pages a second" in backfill("--rate", "0").expect(WRONG_USAGE).stderr


@pytest.mark.parametrize("seed", range(SEEDS))
def test_subscription_and_backfill_together_killed_at_random_leave_each_event_once(mailtrail, seed, tmp_path):
    rng, where, killed = random.Random(seed), tmp_path / "archive", 0
    with account.server.running() as aws:
        source = Source(aws)
        source.log_some(rng, 150)
        installed, sent = BASE + DAY, 0
        env = mailtrail.environment(aws.environment())
        command = [mailtrail.binary, "backfill", "--archive", where, "--log-group", GROUP, "--json"]

        def late():
            if len(source.events) < 250 and rng.random() < 0.3:
                source.log_some(rng, 1)

        for life in range(3):
            source.logs.reading.hostility = Hostility(seed * 10 + life, late)
            process = subprocess.Popen([*map(str, command)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            with aws.world.lock:
                new, sent = source.events[sent:], len(source.events)
            delivered = [event for event in new if event.timestamp >= installed]
            paths = source.payloads(delivered, tmp_path / f"sent-{life}")
            time.sleep(rng.random() * 0.4)
            if paths:
                mailtrail.ingest(*paths, to=where).expect(DONE)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            process.communicate()
        source.logs.reading.hostility = Hostility(seed)
        for _ in range(4):
            run = mailtrail.run(*map(str, command[1:]), env=aws.environment())
            assert run.code in (DONE, NEEDS_A_LOOK), run.stderr
            if run.code == DONE:
                break
        group = check(run)
        assert (group["in_source"], group["left"], group["agrees"]) == (len(source.events), 0, True)
        is_whole(mailtrail, where, source)
        assert not aws.mistakes, "\n".join(aws.mistakes)
    assert killed, "no run was killed before its end"
