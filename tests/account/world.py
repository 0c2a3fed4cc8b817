"""What exists: accounts, their Regions, and in each Region the services with their state."""

import dataclasses
import itertools
import threading
import time
import uuid

from botocore import xform_name

from .api_gateway import Apis
from .directories import Directories
from .errors import Refused
from .functions import Functions
from .limits import Limits
from .logs import Logs
from .metrics import Metrics
from .step_functions import StateMachines
from .streams import Streams
from .sts import Security
from .tagging import Tagging
from .workmail import WorkMail

INVALID_TOKEN = "The security token included in the request is invalid."


@dataclasses.dataclass(frozen=True)
class Caller:
    """Who asks."""

    account: str
    arn: str
    user_id: str


UNKNOWN = Caller("unknown", "unknown", "unknown")


class RegionalAccount:
    """One Region of one account."""

    def __init__(self, world, account, region):
        self.world = world
        self.account = account
        self.region = region
        self.limits = world.limits
        self.page_sizes = world.page_sizes
        # KMS key → patterns of the log group ARNs whose encryption context its policy allows.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        self.kms_keys = {}
        self.apis = Apis(self)
        self.functions = Functions(self)
        self.state_machines = StateMachines(self)
        self.streams = Streams(self)
        self.workmail = WorkMail(self)
        self.directories = Directories(self)
        self.logs = Logs(self)
        self.metrics = Metrics(self)

    def now(self):
        """Milliseconds since 1970."""
        return self.world.clock()

    def serial(self):
        """A number that nothing else has."""
        return next(self.world.serial)

    def arn(self, service, resource):
        """The ARN of something here."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


class World:
    """All accounts."""

    def __init__(self, page_sizes):
        self.lock = threading.RLock()
        self.limits = Limits()
        self.page_sizes = page_sizes
        self.serial = itertools.count(1)
        # Milliseconds since 1970; a test may put another clock here.
        self.clock = lambda: time.time_ns() // 1_000_000
        self._places = {}
        # Access key → caller and session token.
        self._sessions = {}
        # Role ARN → the external id that its trust policy asks for, or None.
        self.roles = {}
        # Pairs of account and Region; an account of None stands for all.
        self._switched_off = set()

    def place(self, account, region):
        """One Region of one account, made when it is first looked at: AWS accounts need no set-up either."""
        with self.lock:
            return self._places.setdefault((account, region), RegionalAccount(self, account, region))

    def switch_off(self, region, account=None):
        """The Region is not enabled for the account, or for none."""
        self._switched_off.add((account, region))

    def caller(self, access_key, session_token, region):
        """Who signed a request.

        A Region that is off knows no credentials of the account: the services answer as if they were wrong, which is
        what public reports show (https://github.com/aws/chalice/issues/1445,
        https://github.com/epsagon/clear-lambda-storage/issues/9); the status is 400, or 403 where errors have their own
        (https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html tells how Regions are enabled).
        """
        if access_key in self._sessions:
            caller, token = self._sessions[access_key]
        elif access_key.isdigit() and len(access_key) == 12:
            # An access key that is an account number stands for a user of that account, as moto has it.
            caller, token = Caller(access_key, f"arn:aws:iam::{access_key}:user/example", "AIDAEXAMPLE"), None
        else:
            raise Refused("UnrecognizedClientException", INVALID_TOKEN)
        if token is not None and session_token != token:
            raise Refused("UnrecognizedClientException", INVALID_TOKEN)
        if {(None, region), (caller.account, region)} & self._switched_off:
            raise Refused("UnrecognizedClientException", INVALID_TOKEN)
        return caller

    def open_session(self, role_arn, session_name):
        """The credentials of a role session: access key, session token and ARN."""
        account, role = role_arn.split(":")[4], role_arn.rsplit("/", 1)[1]
        access_key = f"ASIA{account}{len(self._sessions):04d}"
        arn = f"arn:aws:sts::{account}:assumed-role/{role}/{session_name}"
        token = uuid.uuid4().hex
        self._sessions[access_key] = Caller(account, arn, f"AROAEXAMPLE:{session_name}"), token
        return access_key, token, arn

    def handler(self, service, operation, caller, region):
        """The method that does an operation, or None."""
        place = self.place(caller.account, region)
        parts = {
            "apigateway": [place.apis],
            "lambda": [place.functions],
            "logs": place.logs.parts,
            "monitoring": [place.metrics],
            "states": [place.state_machines],
            "sts": [Security(self, caller)],
            "tagging": [Tagging(place)],
            "workmail": [place.workmail, place.directories],
        }[service]
        found = [getattr(part, xform_name(operation)) for part in parts if hasattr(part, xform_name(operation))]
        return found[0] if found else None
