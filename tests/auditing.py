"""The function policy-audit: its own binary, invoked through a Runtime API, on the account of the tests."""

import json

import archive
from applying import writes
from programs import REGION
from runtime import Runtime
from samples import ACCOUNT


class Audit:
    """The function, an archive for it in a directory, and a topic on which it tells its news."""

    def __init__(self, account, home):
        self.account = account
        self.archive = home / "archive"
        self.topic = account.plant.topic("news")
        settings = {"MAILTRAIL_ARCHIVE": str(self.archive), "MAILTRAIL_TOPIC": self.topic}
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

    def news(self):
        """What was published: subject and message."""
        published = self.account.place().topics.published[self.topic]
        return [(each["Subject"], each["Message"]) for each in published]

    def journals(self):
        """The ids of the journals."""
        folder = self.archive / "policy-audit" / "journal"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def rewrite(self, journal, **members):
        """Puts something else into every entry of a journal: as if another one had written it."""
        for path in (self.archive / "policy-audit" / "journal" / journal).iterdir():
            path.write_text(json.dumps({**json.loads(path.read_text()), **members}))

    def begin_elsewhere(self, journal, new, account):
        """The first entry of another journal, as if the same had been begun in another account."""
        folder = self.archive / "policy-audit" / "journal"
        beginning = json.loads((folder / journal / "0000-plan.json").read_text())
        (folder / new).mkdir()
        (folder / new / "0000-plan.json").write_text(json.dumps({**beginning, "account": account}))


def changes(account):
    """The calls that changed something of the logs: not those that tell, and those that take on a role."""
    return [call for call in writes(account) if call.service not in ("sns", "sts")]
