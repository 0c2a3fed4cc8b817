"""What each query of infra/queries/athena has to return of what was planted."""

import dataclasses

import planted
import planted_trail

USER, ROLE = (f"arn:aws:iam::{planted.ACCOUNT}:{kind}" for kind in ("user", "role"))
STS = f"arn:aws:sts::{planted.ACCOUNT}:assumed-role"


@dataclasses.dataclass(frozen=True)
class Case:
    """What a query has to return: the rows, each with these columns of it."""

    columns: str
    rows: list
    parameters: tuple = ()


CALL = "who operation status source access_key"
ALICE_CALLS = [
    (f"{USER}/alice", "ListBuckets", "Success", "203.0.113.20", planted_trail.ALICE_KEY),
    (f"{USER}/alice", "DeleteUser", "Failure", "203.0.113.20", planted_trail.ALICE_KEY),
    (f"{USER}/alice", "AssumeRole", "Success", "203.0.113.20", planted_trail.ALICE_KEY),
    (f"{USER}/alice", "GetSessionToken", "Success", "203.0.113.20", planted_trail.ALICE_KEY),
    (f"{USER}/alice", "GetFederationToken", "Success", "203.0.113.20", planted_trail.ALICE_KEY),
    (f"{USER}/alice", "DeleteUser", "Failure", None, planted_trail.ALICE_KEY),
]
ALICE_SIGN_IN = (f"{USER}/alice", "ConsoleLogin", "Success", "203.0.113.20", None)
ALICE_WITH_MFA = (f"{USER}/alice", "GetBucketAcl", "Success", "203.0.113.20", planted_trail.MFA_KEY)
SENT = ("OUTGOING_EMAIL_SENT", "bob@example.com", "Success", None, "out-1")
RECEIVED = ("ORGANIZATION_EMAIL_RECEIVED", "bob@example.com", "Success", None, "in-1")
ARRIVED = [
    RECEIVED,
    ("MAILBOX_EMAIL_DELIVERED", "bob@example.com", "Success", "INBOX", "in-1"),
    ("RULE_APPLIED", None, "Success", "Invoices", "in-1"),
]
STEP = "step recipients status folder trace_id"
SPAM = ("offers@example.net", None, "bob@example.com, carla@example.com", "You won", "FAIL", "in-2")
MESSAGE = "from_address sent_by recipients subject spam trace_id"
ALL_THREE = f"carla@example.com, bob@example.com, Jörg <{planted.JOERG}>"
OFFICE, MASKED = "198.51.100.7", "***********"
DENIED_ACCESS = [
    (planted.ANA, planted.BOB, None, "delete", "item-3", OFFICE, "EWS", "Failure"),
    (planted.BOB, planted.ANA, None, "delete", "item-7", None, "EWS", "Failure"),
]
ACCESS = "who owner impersonator operation object_id source protocol result"

CASES = {
    "audit-access-denied": Case(
        "who source protocol scope rule_id result",
        [
            (planted.BOB, "203.0.113.9", "ActiveSync", "AccessControl", "deny-outside", "Failure"),
            (planted.CARLA, "203.0.113.9", "ActiveSync", "DeviceAccessControl", None, "Failure"),
            (planted.BOB, None, "ActiveSync", "AccessControl", "deny-nowhere", "Failure"),
            (planted.ANA, MASKED, "ActiveSync", "AccessControl", None, "Failure"),
        ],
    ),
    "audit-availability-failures": Case(
        "who domain provider error", [(planted.ANA, "legacy.example.com", "LAMBDA", "Timed out")]
    ),
    "audit-failed-logins-by-address": Case(
        "source failures users who protocols reasons",
        [
            ("203.0.113.5", 3, 2, "ana, bob", "IMAP", "Invalid credentials"),
            (MASKED, 1, 1, "carla", "IMAP", "Invalid credentials"),
            ("203.0.113.6", 1, 1, "bob", "IMAP", "Invalid credentials"),
        ],
    ),
    "audit-impersonation": Case(
        "impersonator impersonated owner operation source result",
        [
            ("imp-01", planted.CARLA, planted.CARLA, "read", OFFICE, "Success"),
            ("imp-01", planted.CARLA, None, "AccessControlEvaluation", "203.0.113.9", "Success"),
            ("imp-02", None, planted.CARLA, "update", OFFICE, "Success"),
            ("imp-02", planted.BOB, planted.BOB, "move", None, "Success"),
        ],
    ),
    "audit-mailbox-denied": Case(ACCESS, DENIED_ACCESS),
    "audit-non-owner-access": Case(
        ACCESS,
        [
            (planted.ANA, planted.BOB, None, "read", "item-2", OFFICE, "EWS", "Success"),
            DENIED_ACCESS[0],
            (planted.CARLA, planted.CARLA, "imp-01", "read", "item-4", OFFICE, "EWS", "Success"),
            (planted.ANA, planted.BOB, None, "read_hierarchy", None, OFFICE, "EWS", "Success"),
            (None, planted.CARLA, "imp-02", "update", "item-5", OFFICE, "EWS", "Success"),
            (planted.BOB, planted.ANA, None, "read", "item-6", None, "EWS", "Success"),
            DENIED_ACCESS[1],
            (planted.BOB, planted.BOB, "imp-02", "move", "item-9", None, "EWS", "Success"),
            (planted.CARLA, planted.BOB, None, "read_hierarchy", None, OFFICE, "EWS", "Success"),
        ],
    ),
    "audit-personal-access-tokens": Case(
        "who operation token expires source",
        [
            ("ana", "Create", "phone", "2027-03-31T00:00:00Z", OFFICE),
            ("ana", "Delete", "laptop", "2027-03-31T00:00:00Z", OFFICE),
            ("ana", "Create", None, "2027-03-31T00:00:00Z", OFFICE),
        ],
    ),
    "cloudtrail-assumed-roles": Case(
        "who new_role_arn new_identity new_access_key status",
        [
            (f"{USER}/alice", planted_trail.AUDITOR, f"{STS}/Auditor/night", planted_trail.NIGHT_KEY, "Success"),
            (f"{USER}/bob", planted_trail.AUDITOR, f"{ROLE}/Auditor", None, "Failure"),
            (f"{STS}/Auditor/night", f"{ROLE}/Second", f"{STS}/Second/deeper", planted_trail.SECOND_KEY, "Success"),
            (f"{STS}/Second/deeper", f"{ROLE}/Third", f"{STS}/Third/deepest", planted_trail.THIRD_KEY, "Success"),
            (f"{STS}/Third/deepest", f"{ROLE}/Fourth", f"{STS}/Fourth/beyond", planted_trail.FOURTH_KEY, "Success"),
            (f"{USER}/bob", None, None, None, "Failure"),
            (f"{USER}/bob", None, planted_trail.ROOT, planted_trail.ROOT_KEY, "Success"),
            (f"{USER}/bob", None, planted_trail.ROOT, "ASIAPLANTEDEARLIER", "Success"),
        ],
    ),
    "cloudtrail-behind-roles": Case(
        "user_name role_arn session_name operation access_key",
        [
            ("alice", planted_trail.AUDITOR, "night", "ListUsers", planted_trail.NIGHT_KEY),
            ("alice", planted_trail.AUDITOR, "night", "AssumeRole", planted_trail.NIGHT_KEY),
            ("alice", f"{ROLE}/Second", "deeper", "AssumeRole", planted_trail.SECOND_KEY),
            ("alice", f"{ROLE}/Third", "deepest", "DeleteBucket", planted_trail.THIRD_KEY),
            ("alice", f"{ROLE}/Third", "deepest", "AssumeRole", planted_trail.THIRD_KEY),
            ("alice", None, "temp", "PutBucketAcl", planted_trail.FEDERATED_KEY),
        ],
        ("alice",),
    ),
    "cloudtrail-by-access-key": Case(CALL, ALICE_CALLS, (planted_trail.ALICE_KEY,)),
    "cloudtrail-by-operation": Case(
        CALL,
        [
            ALICE_CALLS[1],
            ALICE_CALLS[-1],
            (f"{USER}/bob", "DeleteUser", "Success", "203.0.113.20", planted_trail.BOB_KEY),
        ],
        ("DeleteUser", "bob"),
    ),
    "cloudtrail-by-role": Case(
        "role_name session_name operation access_key",
        [
            ("Auditor", "night", "ListUsers", planted_trail.NIGHT_KEY),
            ("Auditor", "day", "DescribeOrganization", planted_trail.DAY_KEY),
            ("Auditor", "team", "ListBuckets", "ASIAPLANTEDTEAM"),
            ("Auditor", "bare", "GetUser", None),
            ("Auditor", "night", "AssumeRole", planted_trail.NIGHT_KEY),
            ("Auditor", "nowhere", "ListRoles", planted_trail.DAY_KEY),
        ],
        ("Auditor",),
    ),
    "cloudtrail-by-role-arn": Case(
        "role_arn session_name operation",
        [
            (planted_trail.AUDITOR, "night", "ListUsers"),
            (planted_trail.AUDITOR, "day", "DescribeOrganization"),
            (planted_trail.AUDITOR, "bare", "GetUser"),
            (planted_trail.AUDITOR, "night", "AssumeRole"),
            (planted_trail.AUDITOR, "nowhere", "ListRoles"),
        ],
        (planted_trail.AUDITOR,),
    ),
    "cloudtrail-by-session": Case(
        "session_name role_arn operation",
        [
            ("night", planted_trail.AUDITOR, "ListUsers"),
            ("night", f"{planted_trail.AUDITOR}Junior", "ListBuckets"),
            ("night", planted_trail.AUDITOR, "AssumeRole"),
        ],
        ("night",),
    ),
    "cloudtrail-by-user": Case(
        CALL, [*ALICE_CALLS[:3], ALICE_SIGN_IN, ALICE_CALLS[3], ALICE_WITH_MFA, *ALICE_CALLS[4:]], ("alice",)
    ),
    "cloudtrail-denied": Case(
        "who operation error_code",
        [
            (f"{USER}/alice", "DeleteUser", "AccessDenied"),
            (f"{USER}/bob", "RunInstances", "Client.UnauthorizedOperation"),
            (f"{USER}/bob", "AssumeRole", "AccessDenied"),
            (f"{USER}/bob", "AssumeRole", "AccessDenied"),
            (planted_trail.PERSON, "ListApplications", "AccessDenied"),
            ("AIDAPLANTEDSTRANGER", "GetObject", "AccessDenied"),
            (f"{USER}/alice", "DeleteUser", "AccessDenied"),
        ],
    ),
    "cloudtrail-failed-sign-ins": Case(
        "who operation error_message with_mfa source",
        [
            (f"{USER}/bob", "ConsoleLogin", "Failed authentication", False, "203.0.113.20"),
            ("ana", "UserAuthentication", None, None, "203.0.113.20"),
            (None, "ConsoleLogin", None, False, "203.0.113.20"),
        ],
    ),
    "email-by-message-id": Case(STEP, [SENT, RECEIVED], ("m1@example.com",)),
    "email-by-trace": Case(STEP, ARRIVED, ("in-1",)),
    "email-dmarc-failures": Case("dmarc_policy messages senders", [("QUARANTINE", 1, 1)]),
    "email-find-submission": Case(
        "from_address recipients subject trace_id",
        [("Ana@example.com", "bob@example.com, press@example.net", "Invoice 12", "out-1")],
        ("ANA@", "press@example.net"),
    ),
    "email-incoming-bounces": Case(
        "recipient status_code reason trace_id",
        [
            ("carla@example.com", "5.2.2", "Mailbox full", "in-2"),
            (planted.JOERG, "5.1.1", "No such mailbox", "in-6"),
        ],
    ),
    "email-journey": Case(
        STEP,
        [
            ("OUTGOING_EMAIL_SUBMITTED", "bob@example.com, press@example.net", "Submitted", None, "out-1"),
            SENT,
            ("OUTGOING_EMAIL_BOUNCED", "press@example.net", "Failure", None, "out-1"),
            *ARRIVED,
        ],
        ("m1@example.com",),
    ),
    "email-outgoing-bounces": Case(
        "recipient status_code reason trace_id", [("press@example.net", "5.1.1", "user unknown", "out-1")]
    ),
    "email-received-from-address": Case(
        MESSAGE,
        [("partner@example.org", "assistant@example.org", "carla@example.com", "Lunch?", "PASS", "in-3")],
        ("Assistant@example.org",),
    ),
    "email-received-from-domain": Case(MESSAGE, [SPAM], ("Example.net",)),
    "email-rules-inbound": Case(
        "rule_name rule_action outcome recipients trace_id",
        [("drop-spam", "DROP", "Dropped", "bob@example.com", "in-2")],
    ),
    "email-rules-mailbox": Case(
        "rule_name rule_action folder target_recipient trace_id",
        [
            ("invoices", "Move", "Invoices", None, "in-1"),
            ("fwd", "Redirect", None, "elsewhere@example.org", "in-4"),
        ],
    ),
    "email-rules-outbound": Case(
        "rule_name rule_action outcome recipients trace_id",
        [("no-customer-lists", "BOUNCE", "Rejected", "press@example.net", "out-2")],
    ),
    "email-spam": Case(
        MESSAGE,
        [
            SPAM,
            ("käufer@bücher.example.com", None, planted.JOERG, "Grüße", "FAIL", "in-6"),
            ("offers@example.org", None, ALL_THREE, "You won again", "FAIL", "in-7"),
        ],
    ),
    "email-spam-by-recipient": Case(
        "address messages",
        [
            ("bob@example.com", 2),
            ("carla@example.com", 2),
            (f"jörg <{planted.JOERG}>", 1),
            (planted.JOERG, 1),
        ],
    ),
    "email-verdicts-by-subject": Case(
        "from_address subject spam spf dkim dmarc dmarc_policy",
        [("ana@example.com", "Invoice 12", "PASS", "PASS", "PASS", "PASS", None)],
        ("invoice",),
    ),
    # The two of dora have one id, but in two log streams.
    "email-volume-received": Case(
        "address messages",
        [
            ("carla@example.com", 2),
            ("dora@example.com", 2),
            ("bob@example.com", 1),
            (planted.JOERG, 1),
        ],
    ),
    "email-volume-sent": Case("address messages", [("ana@example.com", 1), ("carla@example.com", 1)]),
    "other-events": Case(
        "log_group event events",
        [
            (planted.AUDIT, "MAILBOX_ACCESS", 5),
            (planted.TRAIL, "AwsApiCall", 2),
            (planted.AUDIT, "ACCESS_CONTROL", 1),
            (planted.AUDIT, "AUTHENTICATION", 1),
            (planted.AUDIT, "PERSONAL_ACCESS_TOKEN", 1),
            (planted.MAIL, "INCOMING_EMAIL_BOUNCED", 1),
            (planted.MAIL, "MAILBOX_EMAIL_DELIVERED", 1),
            (planted.MAIL, "ORGANIZATION_EMAIL_RECEIVED", 1),
            (planted.MAIL, "RULE_APPLIED", 1),
            (planted.TRAIL, "AwsConsoleSignIn", 1),
        ],
    ),
}
