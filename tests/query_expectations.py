"""The rows that each query of infra/queries/athena must return for the events of `query_fixtures`."""

import dataclasses

import query_fixtures
import query_fixtures_cloudtrail

USER, ROLE = (f"arn:aws:iam::{query_fixtures.ACCOUNT}:{kind}" for kind in ("user", "role"))
STS = f"arn:aws:sts::{query_fixtures.ACCOUNT}:assumed-role"


@dataclasses.dataclass(frozen=True)
class Case:
    """A query's parameters after the days, and the rows that it must return, in these columns."""

    columns: str
    rows: list
    parameters: tuple = ()


CALL = "who operation status source access_key"
ALICE_CALLS = [
    (f"{USER}/alice", "ListBuckets", "Success", "203.0.113.20", query_fixtures_cloudtrail.ALICE_KEY),
    (f"{USER}/alice", "DeleteUser", "Failure", "203.0.113.20", query_fixtures_cloudtrail.ALICE_KEY),
    (f"{USER}/alice", "AssumeRole", "Success", "203.0.113.20", query_fixtures_cloudtrail.ALICE_KEY),
    (f"{USER}/alice", "GetSessionToken", "Success", "203.0.113.20", query_fixtures_cloudtrail.ALICE_KEY),
    (f"{USER}/alice", "GetFederationToken", "Success", "203.0.113.20", query_fixtures_cloudtrail.ALICE_KEY),
    (f"{USER}/alice", "DeleteUser", "Failure", None, query_fixtures_cloudtrail.ALICE_KEY),
]
ALICE_SIGN_IN = (f"{USER}/alice", "ConsoleLogin", "Success", "203.0.113.20", None)
ALICE_WITH_MFA = (f"{USER}/alice", "GetBucketAcl", "Success", "203.0.113.20", query_fixtures_cloudtrail.MFA_KEY)
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
ALL_THREE = f"carla@example.com, bob@example.com, Jörg <{query_fixtures.JOERG}>"
OFFICE, MASKED = "198.51.100.7", "***********"
DENIED_ACCESS = [
    (query_fixtures.ANA, query_fixtures.BOB, None, "delete", "item-3", OFFICE, "EWS", "Failure"),
    (query_fixtures.BOB, query_fixtures.ANA, None, "delete", "item-7", None, "EWS", "Failure"),
]
ACCESS = "who owner impersonator operation object_id source protocol result"

CASES = {
    "audit-access-denied": Case(
        "who source protocol scope rule_id result",
        [
            (query_fixtures.BOB, "203.0.113.9", "ActiveSync", "AccessControl", "deny-outside", "Failure"),
            (query_fixtures.CARLA, "203.0.113.9", "ActiveSync", "DeviceAccessControl", None, "Failure"),
            (query_fixtures.BOB, None, "ActiveSync", "AccessControl", "deny-nowhere", "Failure"),
            (query_fixtures.ANA, MASKED, "ActiveSync", "AccessControl", None, "Failure"),
        ],
    ),
    "audit-availability-failures": Case(
        "who domain provider error", [(query_fixtures.ANA, "legacy.example.com", "LAMBDA", "Timed out")]
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
            ("imp-01", query_fixtures.CARLA, query_fixtures.CARLA, "read", OFFICE, "Success"),
            ("imp-01", query_fixtures.CARLA, None, "AccessControlEvaluation", "203.0.113.9", "Success"),
            ("imp-02", None, query_fixtures.CARLA, "update", OFFICE, "Success"),
            ("imp-02", query_fixtures.BOB, query_fixtures.BOB, "move", None, "Success"),
        ],
    ),
    "audit-mailbox-denied": Case(ACCESS, DENIED_ACCESS),
    "audit-non-owner-access": Case(
        ACCESS,
        [
            (query_fixtures.ANA, query_fixtures.BOB, None, "read", "item-2", OFFICE, "EWS", "Success"),
            DENIED_ACCESS[0],
            (query_fixtures.CARLA, query_fixtures.CARLA, "imp-01", "read", "item-4", OFFICE, "EWS", "Success"),
            (query_fixtures.ANA, query_fixtures.BOB, None, "read_hierarchy", None, OFFICE, "EWS", "Success"),
            (None, query_fixtures.CARLA, "imp-02", "update", "item-5", OFFICE, "EWS", "Success"),
            (query_fixtures.BOB, query_fixtures.ANA, None, "read", "item-6", None, "EWS", "Success"),
            DENIED_ACCESS[1],
            (query_fixtures.BOB, query_fixtures.BOB, "imp-02", "move", "item-9", None, "EWS", "Success"),
            (query_fixtures.CARLA, query_fixtures.BOB, None, "read_hierarchy", None, OFFICE, "EWS", "Success"),
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
            (f"{USER}/alice", query_fixtures_cloudtrail.AUDITOR, f"{STS}/Auditor/night", query_fixtures_cloudtrail.NIGHT_KEY, "Success"),
            (f"{USER}/bob", query_fixtures_cloudtrail.AUDITOR, f"{ROLE}/Auditor", None, "Failure"),
            (f"{STS}/Auditor/night", f"{ROLE}/Second", f"{STS}/Second/deeper", query_fixtures_cloudtrail.SECOND_KEY, "Success"),
            (f"{STS}/Second/deeper", f"{ROLE}/Third", f"{STS}/Third/deepest", query_fixtures_cloudtrail.THIRD_KEY, "Success"),
            (f"{STS}/Third/deepest", f"{ROLE}/Fourth", f"{STS}/Fourth/beyond", query_fixtures_cloudtrail.FOURTH_KEY, "Success"),
            (f"{USER}/bob", None, None, None, "Failure"),
            (f"{USER}/bob", None, query_fixtures_cloudtrail.ROOT, query_fixtures_cloudtrail.ROOT_KEY, "Success"),
            (f"{USER}/bob", None, query_fixtures_cloudtrail.ROOT, "ASIAFIXTUREEARLIER", "Success"),
        ],
    ),
    "cloudtrail-behind-roles": Case(
        "user_name role_arn session_name operation access_key",
        [
            ("alice", query_fixtures_cloudtrail.AUDITOR, "night", "ListUsers", query_fixtures_cloudtrail.NIGHT_KEY),
            ("alice", query_fixtures_cloudtrail.AUDITOR, "night", "AssumeRole", query_fixtures_cloudtrail.NIGHT_KEY),
            ("alice", f"{ROLE}/Second", "deeper", "AssumeRole", query_fixtures_cloudtrail.SECOND_KEY),
            ("alice", f"{ROLE}/Third", "deepest", "DeleteBucket", query_fixtures_cloudtrail.THIRD_KEY),
            ("alice", f"{ROLE}/Third", "deepest", "AssumeRole", query_fixtures_cloudtrail.THIRD_KEY),
            ("alice", None, "temp", "PutBucketAcl", query_fixtures_cloudtrail.FEDERATED_KEY),
        ],
        ("alice",),
    ),
    "cloudtrail-by-access-key": Case(CALL, ALICE_CALLS, (query_fixtures_cloudtrail.ALICE_KEY,)),
    "cloudtrail-by-operation": Case(
        CALL,
        [
            ALICE_CALLS[1],
            ALICE_CALLS[-1],
            (f"{USER}/bob", "DeleteUser", "Success", "203.0.113.20", query_fixtures_cloudtrail.BOB_KEY),
        ],
        ("DeleteUser", "bob"),
    ),
    "cloudtrail-by-role": Case(
        "role_name session_name operation access_key",
        [
            ("Auditor", "night", "ListUsers", query_fixtures_cloudtrail.NIGHT_KEY),
            ("Auditor", "day", "DescribeOrganization", query_fixtures_cloudtrail.DAY_KEY),
            ("Auditor", "team", "ListBuckets", "ASIAFIXTURETEAM"),
            ("Auditor", "bare", "GetUser", None),
            ("Auditor", "night", "AssumeRole", query_fixtures_cloudtrail.NIGHT_KEY),
            ("Auditor", "nowhere", "ListRoles", query_fixtures_cloudtrail.DAY_KEY),
        ],
        ("Auditor",),
    ),
    "cloudtrail-by-role-arn": Case(
        "role_arn session_name operation",
        [
            (query_fixtures_cloudtrail.AUDITOR, "night", "ListUsers"),
            (query_fixtures_cloudtrail.AUDITOR, "day", "DescribeOrganization"),
            (query_fixtures_cloudtrail.AUDITOR, "bare", "GetUser"),
            (query_fixtures_cloudtrail.AUDITOR, "night", "AssumeRole"),
            (query_fixtures_cloudtrail.AUDITOR, "nowhere", "ListRoles"),
        ],
        (query_fixtures_cloudtrail.AUDITOR,),
    ),
    "cloudtrail-by-session": Case(
        "session_name role_arn operation",
        [
            ("night", query_fixtures_cloudtrail.AUDITOR, "ListUsers"),
            ("night", f"{query_fixtures_cloudtrail.AUDITOR}Junior", "ListBuckets"),
            ("night", query_fixtures_cloudtrail.AUDITOR, "AssumeRole"),
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
            (query_fixtures_cloudtrail.PERSON, "ListApplications", "AccessDenied"),
            ("AIDAFIXTURESTRANGER", "GetObject", "AccessDenied"),
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
            (query_fixtures.JOERG, "5.1.1", "No such mailbox", "in-6"),
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
            ("käufer@bücher.example.com", None, query_fixtures.JOERG, "Grüße", "FAIL", "in-6"),
            ("offers@example.org", None, ALL_THREE, "You won again", "FAIL", "in-7"),
        ],
    ),
    "email-spam-by-recipient": Case(
        "address messages",
        [
            ("bob@example.com", 2),
            ("carla@example.com", 2),
            (f"jörg <{query_fixtures.JOERG}>", 1),
            (query_fixtures.JOERG, 1),
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
            (query_fixtures.JOERG, 1),
        ],
    ),
    "email-volume-sent": Case("address messages", [("ana@example.com", 1), ("carla@example.com", 1)]),
    "other-events": Case(
        "log_group event events",
        [
            (query_fixtures.AUDIT, "MAILBOX_ACCESS", 5),
            (query_fixtures.TRAIL, "AwsApiCall", 2),
            (query_fixtures.AUDIT, "ACCESS_CONTROL", 1),
            (query_fixtures.AUDIT, "AUTHENTICATION", 1),
            (query_fixtures.AUDIT, "PERSONAL_ACCESS_TOKEN", 1),
            (query_fixtures.MAIL, "INCOMING_EMAIL_BOUNCED", 1),
            (query_fixtures.MAIL, "MAILBOX_EMAIL_DELIVERED", 1),
            (query_fixtures.MAIL, "ORGANIZATION_EMAIL_RECEIVED", 1),
            (query_fixtures.MAIL, "RULE_APPLIED", 1),
            (query_fixtures.TRAIL, "AwsConsoleSignIn", 1),
        ],
    ),
}
