"""`mailtrail policy`, which carries plans out, run against the account of the tests (account/)."""

import hashlib
import json
import os
import subprocess

import archive
import programs

KILLED = -9
# For the first events in a new log group: those of the tests are there at once, or never.
WAIT = "200ms"
JOURNALS = "policy-audit/journal"
# A log group that is moved, and where to by the planner's rule.
GROUP = "/aws/workmail/audit/example"
NEW_GROUP = "/aws/vendedlogs/workmail/audit/example"
# Tags by which log groups that were moved are known.
MADE_BY, SUPERSEDED_BY = "mailtrail:made-by", "mailtrail:superseded-by"


class Applying:
    """Plans and carries out, with journals in one archive."""

    def __init__(self, account, home, archive=None, environment=None):
        self.account = account
        self.archive = archive or home / "archive"
        self.environment = environment or {}
        self.home = home
        self.process = None

    def plan(self, *groups):
        """The plan that is made of what is there, with these log groups to be moved."""
        moves = [option for group in groups for option in ("--move", group)]
        return self.run("plan", "--json", *moves).expect(programs.DONE).answer

    def write(self, plan):
        """A plan in a file."""
        path = self.home / "plan.json"
        path.write_text(json.dumps(plan))
        return path

    def apply(self, plan):
        """Carries a plan out."""
        return self.change("apply", self.write(plan), "--wait", WAIT)

    def dry_run(self, plan):
        """Tells what a plan would do."""
        return self.run("apply", self.write(plan), "--dry-run", "--json")

    def resume(self, journal=None):
        """Goes on with a run, by default with the one that there is."""
        journal = self.journal if journal is None else journal
        return self.change("apply", "--resume", journal, "--wait", WAIT)

    def rollback(self, journal=None):
        """Undoes a run, by default the one that there is."""
        return self.change("rollback", journal or self.journal)

    def dry_rollback(self):
        """Tells what undoing the one run that there is would do."""
        return self.run("rollback", self.journal, "--archive", self.archive, "--dry-run", "--json")

    def entry(self, number):
        """The file of an entry of the one journal."""
        (path,) = (self.archive / JOURNALS / self.journal).glob(f"{number:04}-*")
        return path

    def edit(self, number, change, chained=True):
        """Edits an entry of the one journal: `change` is given its JSON. The hashes are made right again, or not."""
        path = self.entry(number)
        entry = json.loads(path.read_text())
        change(entry)
        path.write_text(json.dumps(entry))
        if chained:
            rechain(path.parent)

    def change(self, *arguments):
        """Runs a command that changes something and keeps a journal."""
        return self.run(*arguments, "--archive", self.archive, "--yes", "--json")

    def run(self, *arguments):
        """Runs the program to its end, or until a fault kills it."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "TMPDIR": str(self.home)}
        environment |= {"AWS_EC2_METADATA_DISABLED": "true", **self.account.environment(), **self.environment}
        self.process = subprocess.Popen(
            [str(programs.MAILTRAIL), "policy", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.home,
            env=environment,
        )
        stdout, stderr = self.process.communicate(timeout=programs.TIMEOUT)
        return programs.Run(self.process.returncode, stdout.decode(), stderr.decode())

    @property
    def journals(self):
        """The journals, by id."""
        folder = self.archive / JOURNALS
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    @property
    def journal(self):
        """The one journal that there is."""
        (journal,) = self.journals
        return journal

    def entries(self):
        """The entries of the one journal, in order of their numbers."""
        paths = sorted((self.archive / JOURNALS / self.journal).iterdir())
        entries = [archive.strict_json(path.read_text()) for path in paths]
        assert [entry["number"] for entry in entries] == list(range(len(entries)))
        assert all(path.name.startswith(f"{entry['number']:04}-") for path, entry in zip(paths, entries))
        return entries


def rechain(folder):
    """Makes the hashes of a journal right again after it was edited, as a person could who may write to the archive."""
    previous = None
    for path in sorted(folder.iterdir()):
        entry = {**json.loads(path.read_text()), "previous": previous}
        path.write_text(json.dumps(entry))
        previous = hashlib.sha256(path.read_bytes()).hexdigest()


def writes(account):
    """The calls that changed something."""
    reads = ("Describe", "Get", "List")
    return [call for call in account.calls if not call.operation.startswith(reads) and call.error is None]


def groups(account):
    """The log groups of the account, by name."""
    return {group.name: group for group in account.place().logs.groups}


def messages(group):
    """What was logged in a log group."""
    return [message for stream in group.streams.values() for _, message, _ in stream.events]


def policies(account):
    """The policies of the account: name → document."""
    return {name: policy["policyDocument"] for name, policy in account.place().logs.policies.of_account.items()}


def destination_of(account, audit):
    """The ARN that the destination of an audit log writes to."""
    destination = account.place().logs.deliveries.destinations[audit.destination]
    return destination["deliveryDestinationConfiguration"]["destinationResourceArn"]


def settings(group):
    """Everything that a log group has, but for our own tags."""
    kept = group.settings()
    kept["tags"] = {key: value for key, value in kept["tags"].items() if not key.startswith("mailtrail:")}
    return kept


def step(*of_policies):
    """A step that writes policies."""
    return {
        "kind": "log-group-policies",
        **{key: "" for key in ("what", "why", "risk_reason", "undo")},
        "saves": 0,
        "saves_later": 0,
        "risk": "none",
        "writes": list(of_policies),
    }
