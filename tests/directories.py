"""An organization with one of everything, and `mailtrail directory`, on the account of the tests."""

import json

import zstandard

from account.directories import EPOCH
from programs import REGION
from samples import ACCOUNT

ANA = "S-1-1-11-1111111111-2222222222-3333333333-1001"
BOB = "S-1-1-11-1111111111-2222222222-3333333333-1002"
FORMER = "S-1-1-11-1111111111-2222222222-3333333333-1003"
RESTING = "0a1b2c3d-0000-4000-8000-000000000004"
STAFF = "S-1-1-12-1111111111-2222222222-3333333333-2001"
TEAM = "S-1-1-12-1111111111-2222222222-3333333333-2002"
ROOM = "r-0123456789abcdef0123456789abcdef"
ROLE = "5f0b9e0e-0000-4000-8000-000000000001"
RULE = "5f0b9e0e-0000-4000-8000-000000000002"
DEVICE_RULE = "5f0b9e0e-0000-4000-8000-000000000003"
TOKEN = "5f0b9e0e-0000-4000-8000-000000000005"
JOB = "5f0b9e0e-0000-4000-8000-000000000006"
IDENTITY = "c0ffee00-0000-4000-8000-000000000007"
PRIVATE = {"Telephone": "+1 555 0100", "Street": "1 Example Street", "JobTitle": "Head of Examples"}
DATES = {"DateCreated": EPOCH, "DateModified": EPOCH}


def fill(directory):
    """One of everything that WorkMail can tell."""
    directory.user(ANA, "ana", IdentityProviderUserId=IDENTITY, IdentityProviderIdentityStoreId="d-1234567890", **PRIVATE)
    directory.user(BOB, "bob")
    directory.user(FORMER, "former", state="DELETED", DisabledDate=EPOCH, MailboxDeprovisionedDate=EPOCH)
    directory.user(RESTING, "resting", state="DISABLED", DisabledDate=EPOCH)
    directory.aliases[ANA].append("a.lima@example.com")
    directory.permissions[ANA] = [{"GranteeId": BOB, "GranteeType": "USER", "PermissionValues": ["SEND_AS", "FULL_ACCESS"]}]
    for number, name in ((STAFF, "staff"), (TEAM, "team")):
        directory.groups[number] = {"Id": number, "Name": name, "Email": f"{name}@example.com", "State": "ENABLED"}
        directory.aliases[number] = [f"{name}@example.com"]
    directory.members[STAFF] = [{"Id": TEAM, "Name": "team", "Type": "GROUP", "State": "ENABLED"}]
    directory.members[TEAM] = [{"Id": each, "Type": "USER", "State": "ENABLED"} for each in (BOB, ANA)]
    directory.resources[ROOM] = {"Id": ROOM, "Name": "Room-1", "Email": "room@example.com", "Type": "ROOM", "State": "ENABLED"}
    directory.delegates[ROOM] = [{"Id": ANA, "Type": "USER"}]
    directory.domains["example.com"] = {
        "Records": [],
        "IsTestDomain": False,
        "IsDefault": True,
        "OwnershipVerificationStatus": "VERIFIED",
        "DkimVerificationStatus": "VERIFIED",
    }
    rule = {"ImpersonationRuleId": RULE, "Name": "all", "Effect": "ALLOW", "NotTargetUsers": [BOB]}
    role = {"ImpersonationRoleId": ROLE, "Name": "backup", "Type": "READ_ONLY", "Rules": [rule], "Description": "nightly"}
    directory.roles[ROLE] = {**role, **DATES}
    directory.access_rules = [{"Name": "office", "Effect": "ALLOW", "IpRanges": ["192.0.2.0/24"], "UserIds": [ANA], **DATES}]
    of_devices = {"MobileDeviceAccessRuleId": DEVICE_RULE, "Name": "phones", "Effect": "DENY", "DeviceTypes": ["Example"]}
    directory.device_rules = [{**of_devices, **DATES}]
    directory.overrides = [{"UserId": ANA, "DeviceId": "device1", "Effect": "ALLOW", **DATES}]
    token = {"PersonalAccessTokenId": TOKEN, "UserId": ANA, "Name": "laptop", "Scopes": ["imap"]}
    directory.tokens = [{**token, "DateCreated": EPOCH, "DateLastUsed": EPOCH, "ExpiresTime": EPOCH}]
    provider = {"EwsEndpoint": "https://example.org/ews", "EwsUsername": "reader"}
    directory.availability = [{"DomainName": "example.org", "ProviderType": "EWS", "EwsProvider": provider, **DATES}]
    folder = {"Name": "DELETED_ITEMS", "Action": "PERMANENTLY_DELETE", "Period": 30}
    directory.retention = {"Id": "5f0b9e0e-0000-4000-8000-000000000008", "Name": "Default", "FolderConfigurations": [folder]}
    application = f"arn:aws:sso::{ACCOUNT}:application/ssoins-1234567890abcdef/apl-1234567890abcdef"
    directory.identity_provider = {
        "AuthenticationMode": "IDENTITY_PROVIDER_AND_DIRECTORY",
        "IdentityCenterConfiguration": {
            "InstanceArn": "arn:aws:sso:::instance/ssoins-1234567890abcdef",
            "ApplicationArn": application,
        },
        "PersonalAccessTokenConfiguration": {"Status": "ACTIVE", "LifetimeInDays": 30},
    }
    directory.jobs[JOB] = {
        "JobId": JOB,
        "EntityId": ANA,
        "S3BucketName": "example-exports",
        "S3Path": "ana.zip",
        "S3Prefix": "exports",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/export",
        "KmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/5f0b9e0e-0000-4000-8000-000000000009",
        "State": "COMPLETED",
        "EstimatedProgress": 100,
        "StartTime": EPOCH,
        "EndTime": EPOCH,
    }
    return directory


class Directories:
    """Organizations, an archive, and the command."""

    def __init__(self, aws, mailtrail, folder):
        self.aws = aws
        self.mailtrail = mailtrail
        self.archive = folder / "archive"

    def organization(self, alias="example", region=REGION, filled=True):
        """An organization; returns its id and its directory."""
        number = self.aws.fixtures_in(region=region).organization(alias).rsplit("/", 1)[1]
        directory = self.aws.place(region=region).directories.of(number)
        return number, fill(directory) if filled else directory

    def run(self, *arguments, archive=None, **env):
        """A command of the directory."""
        where = ("--archive", archive or self.archive)
        return self.mailtrail.run("directory", *arguments, *where, env={**self.aws.environment(), **env})

    def save(self, *arguments, **env):
        """What `directory save` prints as JSON: exit code and one object for each organization."""
        run = self.run("save", "--json", *arguments, **env)
        return run, [json.loads(line) for line in run.stdout.splitlines()]

    def keys(self, folder="directory"):
        """The keys below a folder of the archive, in order."""
        files = (self.archive / folder).rglob("*")
        return sorted(str(path.relative_to(self.archive)) for path in files if path.is_file())

    def snapshot(self, key=None):
        """A snapshot of the archive; the latest, unless it is named."""
        return read(self.archive / (key or self.keys()[-1]))


def read(path):
    """A snapshot, as other programs read it."""
    return json.loads(zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read())
