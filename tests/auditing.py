"""The function policy-audit: its own binary, invoked through a Runtime API, on the account of the tests."""

import json

import archive
from applying import rechain, writes
from programs import REGION
from runtime import Runtime
from samples import ACCOUNT


class Audit:
    """The function, its archive in a directory, and its topic on moto, behind a border."""

    def __init__(self, account, moto, border, home):
        self.account = account
        self.border = border
        self.archive = home / "archive"
        self.queue = Queue(moto)
        settings = {
            "AWS_ENDPOINT_URL_SNS": border.endpoints[0],
            "MAILTRAIL_ARCHIVE": str(self.archive),
            "MAILTRAIL_TOPIC": self.queue.topic,
        }
        self.runtime = Runtime("policy-audit", home, {**account.environment(), **settings})
        self.home = home

    def invoke(self, **settings):
        """An invocation."""
        invocation = self.runtime.invoke(**settings)
        for line in invocation.lines:
            archive.strict_json(line)
        return invocation

    def audit(self, **settings):
        """An invocation that answers. Returns what it says of each account and Region."""
        invocation = self.invoke(**settings)
        assert invocation.error is None, invocation
        return invocation.answer

    def audit_one(self, **settings):
        """An invocation that answers for one account and Region."""
        (done,) = self.audit(**settings)
        assert done["failure"] is None, done
        return done

    def kept(self, ending, account=ACCOUNT, region=REGION):
        """What the archive has of one kind, the latest last."""
        folder = self.archive / "policy-audit" / f"region={region}" / f"accountId={account}"
        return sorted(folder.glob(f"*-{ending}"))

    def report(self, **where):
        """The latest report."""
        return archive.strict_json(self.kept("report.json", **where)[-1].read_text())

    def progress(self):
        """What each invocation left of how far it came, the latest last."""
        return sorted((self.archive / "policy-audit" / "targets").iterdir())

    def news(self):
        """What was published so far: subject and message."""
        return self.queue.received()

    def journals(self):
        """The ids of the journals."""
        folder = self.archive / "policy-audit" / "journal"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def rewrite(self, journal, **members):
        """Puts something else into every entry of a journal: as if another one had written it."""
        folder = self.archive / "policy-audit" / "journal" / journal
        for path in folder.iterdir():
            path.write_text(json.dumps({**json.loads(path.read_text()), **members}))
        rechain(folder)

    def begin_elsewhere(self, journal, new, account):
        """The first entry of another journal, as if the same had been begun in another account."""
        folder = self.archive / "policy-audit" / "journal"
        beginning = json.loads((folder / journal / "0000-plan.json").read_text())
        (folder / new).mkdir()
        (folder / new / "0000-plan.json").write_text(json.dumps({**beginning, "account": account}))


class Queue:
    """An SNS topic, and a queue subscribed to it that keeps what was published."""

    def __init__(self, moto):
        sns, self.sqs = moto.client("sns"), moto.client("sqs")
        self.topic = sns.create_topic(Name="policy-audit")["TopicArn"]
        self.url = self.sqs.create_queue(QueueName="policy-audit")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)
        self.messages = []

    def received(self):
        """Subject and message of everything that was published so far, the oldest first."""
        while found := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for each in found:
                notification = json.loads(each["Body"])
                self.messages.append((notification["Subject"], notification["Message"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
        return self.messages


def changes(account):
    """The calls that changed something of the logs: not those that assume a role."""
    return [call for call in writes(account) if call.service != "sts"]
