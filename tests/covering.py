"""A log group, an archive and `mailtrail coverage`, on the account of the tests."""

import json
import signal
import subprocess
import time

from programs import DONE, FAILED, REGION, TIMEOUT
from samples import ACCOUNT

GROUP = "/aws/workmail/emailevents/example"
DAY = 86_400_000
TODAY = int(time.time() * 1_000) // DAY * DAY
# The first of three days: all of them are over since more than an hour, whatever the time is.
FIRST = TODAY - 4 * DAY
KEYS = {"log_group", "account", "region", "day", "source", "archive", "missing", "extra", "method", "witness", "state"}
KEYS |= {"checked", "final", "reason", "earlier"}
FOLDER = f"coverage/region={REGION}/accountId={ACCOUNT}/"
METRICS = "coverage/metrics/"


def text(millis):
    """A day as people write it."""
    return time.strftime("%Y-%m-%d", time.gmtime(millis // 1_000))


class Covered:
    """A log group, an archive, and the command."""

    def __init__(self, aws, mailtrail, folder):
        self.aws = aws
        self.mailtrail = mailtrail
        self.archive = folder / "archive"
        self.archive.mkdir()
        self.sent = folder / "sent"
        self.sent.mkdir()
        self.events = []
        aws.fixtures.log_group(GROUP)
        self.group.created = FIRST - 10 * DAY

    @property
    def group(self):
        """The log group as the account has it."""
        return self.aws.place().logs.groups.find(GROUP)

    def log(self, day, count=1, message=lambda number: json.dumps({"number": number}), hour=12):
        """Events of a day, counted from the first one, which the log group gets."""
        logged = []
        for _ in range(count):
            number = len(self.events)
            moment = FIRST + day * DAY + hour * 3_600_000 + number
            event_id = self.aws.place().logs.events.log(GROUP, "a", moment, message(number))
            logged.append({"id": event_id, "timestamp": moment, "message": message(number)})
            self.events.append(logged[-1])
        return logged

    def ingest(self, events, group=GROUP, owner=ACCOUNT, **more):
        """Archives events, as a subscription sends them."""
        batch = {"messageType": "DATA_MESSAGE", "owner": owner, "logGroup": group, "logStream": "a"}
        batch |= {"subscriptionFilters": ["f"], "logEvents": events, **more}
        path = self.sent / f"{len(list(self.sent.iterdir()))}.json"
        path.write_text(json.dumps(batch))
        self.mailtrail.ingest(path, to=self.archive).expect(DONE)

    def run(self, *arguments, **variables):
        """The command, with `--json`."""
        env = self.aws.environment() | variables
        return self.mailtrail.run("coverage", "--archive", self.archive, "--json", *arguments, env=env)

    def days(self, *arguments, code=DONE, since=FIRST, until=FIRST + 3 * DAY):
        """The lines of a run over the three days."""
        run = self.run("--since", text(since), "--until", text(until), *arguments).expect(code)
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        for line in lines:
            assert set(line) == KEYS and (line["account"], line["region"]) == (ACCOUNT, REGION)
            if line["source"] is not None:
                assert line["source"] + line["extra"] == line["archive"] + line["missing"]
        return lines

    def states(self, *arguments, **more):
        """The states of the three days."""
        return [line["state"] for line in self.days(*arguments, **more)]

    def kept(self, beginning=FOLDER):
        """Key → lines of what the archive keeps."""
        files = sorted(path for path in self.archive.glob("coverage/**/*.ndjson"))
        keys = {str(path.relative_to(self.archive)): path for path in files}
        return {
            key: [json.loads(line) for line in path.read_text().splitlines()]
            for key, path in keys.items()
            if key.startswith(beginning)
        }


def stopped_while_it_counts(covered, **variables):
    """A run that gets Ctrl-C while Insights counts: its process and its stderr."""
    process = None
    covered.aws.faults.after("StartQuery", lambda: process.send_signal(signal.SIGINT))
    command = [covered.mailtrail.binary, "coverage", "--archive", covered.archive, "--log-group", GROUP]
    env = covered.mailtrail.environment(covered.aws.environment() | variables)
    process = subprocess.Popen([*map(str, command)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _, stderr = process.communicate(timeout=TIMEOUT)
    assert process.returncode == FAILED, stderr
    return stderr
