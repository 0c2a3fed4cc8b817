"""The function archive-maintenance: its own binary, invoked through a Runtime API, on the account of the tests."""

import json
import time

import archive
from auditing import Queue
from runtime import Runtime
from samples import ACCOUNT

DAY = 86_400_000
GROUP = "/example/mail"
READER = "mailtrail-workmail-events"
WINDOW = 4
# A log group that was made so long ago that Insights sees all of its days.
LONG_AGO = 100 * DAY


class Maintenance:
    """The function, its archive in a directory, and its topic on moto, behind a border."""

    def __init__(self, account, moto, border, home, mailtrail):
        self.account = account
        self.border = border
        self.mailtrail = mailtrail
        self.archive = home / "archive"
        self.sent = home / "sent"
        self.queue = Queue(moto)
        self.destination = account.place().functions.add(READER)
        # Midnight before today, UTC.
        self.today = int(time.time() * 1_000) // DAY * DAY
        settings = {
            "AWS_ENDPOINT_URL_SNS": border.endpoints[0],
            "MAILTRAIL_ARCHIVE": str(self.archive),
            "MAILTRAIL_COVERAGE_DAYS": str(WINDOW),
            "MAILTRAIL_COVERAGE_DESTINATIONS": self.destination,
            "MAILTRAIL_TOPIC": self.queue.topic,
        }
        self.runtime = Runtime("archive-maintenance", home, {**account.environment(), **settings})
        self.archive.mkdir()

    @property
    def logs(self):
        """CloudWatch Logs in the account."""
        return self.account.place().logs

    def log_group(self, name=GROUP, subscribed=True):
        """A log group that was made long ago. Returns it as the account has it."""
        self.account.fixtures.log_group(name)
        group = self.logs.groups.find(name)
        group.created = self.today - LONG_AGO
        if subscribed:
            self.account.place().functions.add_permission(
                {
                    "FunctionName": READER,
                    "StatementId": f"logs-{self.account.place().serial()}",
                    "Action": "lambda:InvokeFunction",
                    "Principal": "logs.amazonaws.com",
                    "SourceArn": f"{group.arn}:*",
                    "SourceAccount": ACCOUNT,
                }
            )
            filter_of = {"logGroupName": name, "filterName": "mailtrail", "filterPattern": ""}
            self.logs.filters.put_subscription_filter({**filter_of, "destinationArn": self.destination})
        return group

    def date(self, back):
        """The day so many days ago."""
        return time.strftime("%Y-%m-%d", time.gmtime(self.today / 1_000 - back * 86_400))

    def log(self, count, back, name=GROUP, archived=True):
        """So many events on the day so many days ago, which a subscription sent to the archive, or lost."""
        events = []
        for number in range(count):
            timestamp = self.today - back * DAY + number * 60_000
            message = json.dumps({"number": self.account.place().serial(), "mail": f"{number}@example.com"})
            event_id = self.logs.events.log(name, "a", timestamp, message)
            events.append({"id": event_id, "timestamp": timestamp, "message": message})
        if archived:
            self.send(name, events)
        return events

    def send(self, name, events):
        """A subscription sends events to the archive."""
        batch = {
            "messageType": "DATA_MESSAGE",
            "owner": ACCOUNT,
            "logGroup": name,
            "logStream": "a",
            "subscriptionFilters": ["mailtrail"],
            "logEvents": events,
        }
        self.sent.mkdir(exist_ok=True)
        file = self.sent / f"{len(list(self.sent.iterdir()))}.json"
        file.write_text(json.dumps(batch))
        self.mailtrail.ingest(file, to=self.archive).expect(0)

    def invoke(self, **settings):
        """An invocation."""
        invocation = self.runtime.invoke(**settings)
        for line in invocation.lines:
            archive.strict_json(line)
        # Of what was kept in one second, none is the later one.
        time.sleep(1 - time.time() % 1)
        return invocation

    def run(self, **settings):
        """An invocation that answers. Returns what it says."""
        invocation = self.invoke(**settings)
        assert invocation.error is None, invocation
        return invocation.answer

    def run_well(self, **settings):
        """An invocation of which nothing fails."""
        answer = self.run(**settings)
        assert answer["failures"] == [], answer
        return answer

    def checks(self):
        """Log group and date → the states that were kept, the latest last."""
        states = {}
        for path in sorted((self.archive / "coverage").glob("region=*/**/*.ndjson"), key=lambda path: path.name):
            for line in path.read_text().splitlines():
                day = archive.strict_json(line)
                states.setdefault((day["log_group"], day["day"]), []).append(day["state"])
        return states

    def findings(self):
        """What was found wrong at last: date, kind and events."""
        kept = sorted((self.archive / "coverage" / "findings").glob("*.json"))
        found = archive.strict_json(kept[-1].read_text(), list) if kept else []
        return [(each["day"], each["kind"], each["events"]) for each in found]

    def forget(self):
        """Time goes by: every day is due again."""
        for path in list((self.archive / "coverage").glob("region=*/**/*.ndjson")):
            path.unlink()

    def news(self):
        """What was published so far: subject and message."""
        return self.queue.received()
