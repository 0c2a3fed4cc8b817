"""A WorkMail organization that ends: the function, the command line, and an archive, on the account of the tests."""

import json
import time

import archive
import maintaining
from maintaining import DAY
from programs import REGION
from samples import ACCOUNT

# What is seen in one second, is seen in this order.
ORDER = ["gone", "ended", "listed"]
FOLDER = f"coverage/organizations/region={REGION}/accountId={ACCOUNT}"


class Retiring(maintaining.Maintenance):
    """The function with organizations, each with a log group of its own."""

    def organization(self, alias="example"):
        """An organization, and the log group that its email events go to."""
        place = self.account.place()
        number = self.account.fixtures.organization(alias).rsplit("/", 1)[1]
        group = f"/workmail/{number}/email-events"
        arn = self.log_group(group).arn
        place.workmail.monitoring[number] = {"LogGroupArn": arn if arn.endswith(":*") else f"{arn}:*"}
        return number, group

    def mail(self, number, count, back):
        """WorkMail counts mail of an organization on the day so many days ago."""
        moment = self.today - back * DAY + 1_000
        self.account.place().metrics.publish("OrganizationEmailReceived", count, moment, OrganizationId=number)

    def seen(self, number):
        """What is written down of an organization: the word of each object, in the order of time."""
        folder = self.archive / FOLDER / f"organization={number}"
        seen = [path.stem.split("-") for path in folder.glob("*.json")]
        return [word for _, word in sorted(seen, key=lambda it: (it[0], ORDER.index(it[1])))]

    def note(self, number):
        """The latest closing note."""
        folder = self.archive / FOLDER / f"organization={number}"
        return archive.strict_json(sorted(folder.glob("*-ended.json"))[-1].read_text())

    def go_back(self, number, back, word="gone"):
        """What was seen of an organization was seen so many days ago."""
        folder = self.archive / FOLDER / f"organization={number}"
        (path,) = folder.glob(f"*-{word}.json")
        moment = time.gmtime(self.today / 1_000 - back * 86_400 + 6 * 3_600)
        path.rename(folder / time.strftime(f"%Y%m%dT%H%M%SZ-{word}.json", moment))

    def end(self, number, back=1):
        """An organization is gone since so many days ago, and one whole answer of that day said so."""
        self.account.place().workmail.remove(number)
        self.run_well()
        self.go_back(number, back)

    def command(self, *arguments):
        """`mailtrail workmail` with the archive."""
        environment = self.account.environment()
        return self.mailtrail.run("workmail", *arguments, "--archive", self.archive, env=environment)

    def retire(self, number, *arguments):
        """`mailtrail workmail retire`"""
        return self.command("retire", "--organization", number, *arguments)

    def save_names(self, number):
        """A snapshot of the names, of now: here only that there is one counts."""
        folder = self.archive / "directory" / f"organization={number}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / time.strftime("%Y%m%dT%H%M%SZ.json.zst", time.gmtime())).write_bytes(b"names")

    def status(self, code):
        """The lines of `mailtrail workmail status`, by organization."""
        lines = self.command("status", "--json").expect(code).stdout.splitlines()
        return {line["organization"]: line for line in map(json.loads, lines)}
