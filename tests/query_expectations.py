"""The rows that each query of infra/queries/athena must return for the events of `query_fixtures`."""

import dataclasses

import query_fixtures as fixtures
import query_fixtures_cloudtrail as trail

USER, ROLE = (f"arn:aws:iam::{fixtures.ACCOUNT}:{kind}" for kind in ("user", "role"))
ALICE = f"{USER}/alice"
STS = f"arn:aws:sts::{fixtures.ACCOUNT}:assumed-role"


@dataclasses.dataclass(frozen=True)
class Case:
    """A query's parameters after the days, and the rows that it must return, in these columns."""

    columns: str
    rows: list
    parameters: tuple = ()


CALL = "who operation outcome source access_key"
ALICE_CALLS = [
    (ALICE, "ListBuckets", "success", "203.0.113.20", trail.ALICE_KEY),
    (ALICE, "DeleteUser", "failure", "203.0.113.20", trail.ALICE_KEY),
    (ALICE, "AssumeRole", "success", "203.0.113.20", trail.ALICE_KEY),
    (ALICE, "GetSessionToken", "success", "203.0.113.20", trail.ALICE_KEY),
    (ALICE, "GetFederationToken", "success", "203.0.113.20", trail.ALICE_KEY),
    (ALICE, "DeleteUser", "failure", None, trail.ALICE_KEY),
]
ALICE_SIGN_IN = (ALICE, "ConsoleLogin", "success", "203.0.113.20", None)
ALICE_WITH_MFA = (ALICE, "GetBucketAcl", "success", "203.0.113.20", trail.MFA_KEY)
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
ALL_THREE = f"carla@example.com, bob@example.com, Jörg <{fixtures.JOERG}>"
OFFICE, MASKED = "198.51.100.7", "***********"
DENIED_ACCESS = [
    (fixtures.ANA, fixtures.BOB, None, "delete", "item-3", OFFICE, "EWS", "failure"),
    (fixtures.BOB, fixtures.ANA, None, "delete", "item-7", None, "EWS", "failure"),
]
ACCESS = "who owner impersonator operation object_id source protocol outcome"

LOG_IN, SIGN_IN = "Logon", "ConsoleLogin"
FAILED_LOG_INS = [
    ("ana", LOG_IN, "203.0.113.5", "Invalid credentials"),
    ("bob", LOG_IN, "203.0.113.5", "Invalid credentials"),
    (None, LOG_IN, "203.0.113.5", "Invalid credentials"),
    ("bob", LOG_IN, "203.0.113.6", "Invalid credentials"),
    (f"{USER}/bob", SIGN_IN, "203.0.113.20", "Failed authentication"),
    ("ana", "UserAuthentication", "203.0.113.20", None),
    ("carla", LOG_IN, MASKED, "Invalid credentials"),
    (None, SIGN_IN, "203.0.113.20", None),
]

CASES = {
    "activity-by-access-key": Case(
        "who operation outcome source",
        [
            (f"{STS}/Auditor/day", "DescribeOrganization", "success", "203.0.113.20"),
            (f"{STS}/Auditor/nowhere", "ListRoles", "success", None),
        ],
        (trail.DAY_KEY,),
    ),
    "activity-by-account": Case(
        "who operation event_account",
        [(trail.BOB_USER["principalId"], "PutObject", trail.MEMBER)],
        (trail.MEMBER,),
    ),
    "activity-by-source": Case(
        "who operation error_message",
        [
            (fixtures.ANA, "GetAvailability", None),
            (fixtures.ANA, "GetAvailability", "Timed out"),
        ],
        ("workmail.amazonaws.com",),
    ),
    # Her id in IAM Identity Center is known from a sign-in.
    "activity-by-user": Case(
        "who operation outcome is_not_owner",
        # The only sign-in with the id of WorkMail failed, so it does not teach that the id is hers.
        [
            ("ana", LOG_IN, "failure", False),
            ("ana", "Create", "unknown", False),
            ("ana", "Delete", "unknown", False),
            (trail.PERSON, "ListApplications", "failure", False),
            ("ana", "Create", "unknown", False),
            ("ana", "UserAuthentication", "failure", False),
            ("ana", "UserAuthentication", "success", False),
        ],
        (fixtures.DAY, fixtures.DAY, "ana"),
    ),
    "activity-failed": Case(
        "who operation error_code",
        [
            ("ana", LOG_IN, None),
            ("bob", LOG_IN, None),
            (ALICE, "DeleteUser", "AccessDenied"),
            (None, LOG_IN, None),
            ("bob", LOG_IN, None),
            (fixtures.ANA, "delete", None),
            (f"{USER}/bob", "RunInstances", "Client.UnauthorizedOperation"),
            (fixtures.BOB, "AccessControlEvaluation", None),
            (f"{USER}/bob", "AssumeRole", "AccessDenied"),
            (fixtures.CARLA, "AccessControlEvaluation", None),
            (f"{USER}/bob", SIGN_IN, None),
            (fixtures.ANA, "GetAvailability", None),
            (fixtures.BOB, "delete", None),
            (f"{USER}/bob", "AssumeRole", "AccessDenied"),
            (fixtures.BOB, "AccessControlEvaluation", None),
            (trail.PERSON, "ListApplications", "AccessDenied"),
            ("AIDAFIXTURESTRANGER", "GetObject", "AccessDenied"),
            ("ana", "UserAuthentication", None),
            ("carla", LOG_IN, None),
            (fixtures.ANA, "AccessControlEvaluation", None),
            (ALICE, "DeleteUser", "AccessDenied"),
            (None, SIGN_IN, None),
        ],
    ),
    "activity-failed-log-ins": Case("who operation source error_message", FAILED_LOG_INS),
    "audit-access-denied": Case(
        "who source protocol scope rule_id outcome",
        [
            (fixtures.BOB, "203.0.113.9", "ActiveSync", "AccessControl", "deny-outside", "failure"),
            (fixtures.CARLA, "203.0.113.9", "ActiveSync", "DeviceAccessControl", None, "failure"),
            (fixtures.BOB, None, "ActiveSync", "AccessControl", "deny-nowhere", "failure"),
            (fixtures.ANA, MASKED, "ActiveSync", "AccessControl", None, "failure"),
        ],
    ),
    "audit-availability-failures": Case(
        "who target_domain provider error_message", [(fixtures.ANA, "legacy.example.com", "LAMBDA", "Timed out")]
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
        "impersonator impersonated owner operation source outcome",
        [
            ("imp-01", fixtures.CARLA, fixtures.CARLA, "read", OFFICE, "success"),
            ("imp-01", fixtures.CARLA, None, "AccessControlEvaluation", "203.0.113.9", "success"),
            ("imp-02", None, fixtures.CARLA, "update", OFFICE, "success"),
            ("imp-02", fixtures.BOB, fixtures.BOB, "move", None, "success"),
        ],
    ),
    "audit-mailbox-denied": Case(ACCESS, DENIED_ACCESS),
    "audit-non-owner-access": Case(
        ACCESS,
        [
            (fixtures.ANA, fixtures.BOB, None, "read", "item-2", OFFICE, "EWS", "success"),
            DENIED_ACCESS[0],
            (fixtures.CARLA, fixtures.CARLA, "imp-01", "read", "item-4", OFFICE, "EWS", "success"),
            (fixtures.ANA, fixtures.BOB, None, "read_hierarchy", None, OFFICE, "EWS", "success"),
            (None, fixtures.CARLA, "imp-02", "update", "item-5", OFFICE, "EWS", "success"),
            (fixtures.BOB, fixtures.ANA, None, "read", "item-6", None, "EWS", "success"),
            DENIED_ACCESS[1],
            (fixtures.BOB, fixtures.BOB, "imp-02", "move", "item-9", None, "EWS", "success"),
            (fixtures.CARLA, fixtures.BOB, None, "read_hierarchy", None, OFFICE, "EWS", "success"),
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
        "who new_role_arn new_identity new_access_key outcome",
        [
            (ALICE, trail.AUDITOR, f"{STS}/Auditor/night", trail.NIGHT_KEY, "success"),
            (f"{USER}/bob", trail.AUDITOR, f"{ROLE}/Auditor", None, "failure"),
            (f"{STS}/Auditor/night", f"{ROLE}/Second", f"{STS}/Second/deeper", trail.SECOND_KEY, "success"),
            (f"{STS}/Second/deeper", f"{ROLE}/Third", f"{STS}/Third/deepest", trail.THIRD_KEY, "success"),
            (f"{STS}/Third/deepest", f"{ROLE}/Fourth", f"{STS}/Fourth/beyond", trail.FOURTH_KEY, "success"),
            (f"{USER}/bob", None, None, None, "failure"),
            (f"{USER}/bob", None, trail.ROOT, trail.ROOT_KEY, "success"),
            (f"{USER}/bob", None, trail.ROOT, "ASIAFIXTUREEARLIER", "success"),
        ],
    ),
    "activity-with-issued-keys": Case(
        "obtained_by role_arn session_name operation access_key",
        [
            (ALICE, trail.AUDITOR, "night", "ListUsers", trail.NIGHT_KEY),
            (ALICE, trail.AUDITOR, "night", "AssumeRole", trail.NIGHT_KEY),
            (ALICE, f"{ROLE}/Second", "deeper", "AssumeRole", trail.SECOND_KEY),
            (ALICE, f"{ROLE}/Third", "deepest", "DeleteBucket", trail.THIRD_KEY),
            (ALICE, f"{ROLE}/Third", "deepest", "AssumeRole", trail.THIRD_KEY),
            (ALICE, None, None, "GetBucketAcl", trail.MFA_KEY),
            (ALICE, None, "temp", "PutBucketAcl", trail.FEDERATED_KEY),
        ],
        ("alice",),
    ),
    "cloudtrail-by-access-key": Case(CALL, ALICE_CALLS, (trail.ALICE_KEY,)),
    "cloudtrail-by-operation": Case(
        CALL,
        [
            ALICE_CALLS[1],
            ALICE_CALLS[-1],
            (f"{USER}/bob", "DeleteUser", "success", "203.0.113.20", trail.BOB_KEY),
        ],
        ("DeleteUser", "bob"),
    ),
    "cloudtrail-by-role": Case(
        "role_name session_name operation access_key",
        [
            ("Auditor", "night", "ListUsers", trail.NIGHT_KEY),
            ("Auditor", "day", "DescribeOrganization", trail.DAY_KEY),
            ("Auditor", "team", "ListBuckets", "ASIAFIXTURETEAM"),
            ("Auditor", "bare", "GetUser", None),
            ("Auditor", "night", "AssumeRole", trail.NIGHT_KEY),
            ("Auditor", "nowhere", "ListRoles", trail.DAY_KEY),
        ],
        ("Auditor",),
    ),
    "cloudtrail-by-role-arn": Case(
        "role_arn session_name operation",
        [
            (trail.AUDITOR, "night", "ListUsers"),
            (trail.AUDITOR, "day", "DescribeOrganization"),
            (trail.AUDITOR, "bare", "GetUser"),
            (trail.AUDITOR, "night", "AssumeRole"),
            (trail.AUDITOR, "nowhere", "ListRoles"),
        ],
        (trail.AUDITOR,),
    ),
    "cloudtrail-by-session": Case(
        "session_name role_arn operation",
        [
            ("night", trail.AUDITOR, "ListUsers"),
            ("night", f"{trail.AUDITOR}Junior", "ListBuckets"),
            ("night", trail.AUDITOR, "AssumeRole"),
        ],
        ("night",),
    ),
    "cloudtrail-by-user": Case(
        CALL, [*ALICE_CALLS[:3], ALICE_SIGN_IN, ALICE_CALLS[3], ALICE_WITH_MFA, *ALICE_CALLS[4:]], ("alice",)
    ),
    "cloudtrail-denied": Case(
        "who operation error_code",
        [
            (ALICE, "DeleteUser", "AccessDenied"),
            (f"{USER}/bob", "RunInstances", "Client.UnauthorizedOperation"),
            (f"{USER}/bob", "AssumeRole", "AccessDenied"),
            (f"{USER}/bob", "AssumeRole", "AccessDenied"),
            (trail.PERSON, "ListApplications", "AccessDenied"),
            ("AIDAFIXTURESTRANGER", "GetObject", "AccessDenied"),
            (ALICE, "DeleteUser", "AccessDenied"),
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
            (fixtures.JOERG, "5.1.1", "No such mailbox", "in-6"),
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
            ("käufer@bücher.example.com", None, fixtures.JOERG, "Grüße", "FAIL", "in-6"),
            ("offers@example.org", None, ALL_THREE, "You won again", "FAIL", "in-7"),
        ],
    ),
    "email-spam-by-recipient": Case(
        "address messages",
        [
            ("bob@example.com", 2),
            ("carla@example.com", 2),
            (f"jörg <{fixtures.JOERG}>", 1),
            (fixtures.JOERG, 1),
        ],
    ),
    "email-trace": Case(
        "from_address subject recipient status detail trace_ids",
        [
            ("ana@example.com", "Invoice 12", "bob@example.com", "delivered", None, "in-1 out-1"),
            ("ana@example.com", "Invoice 12", "press@example.net", "bounced", "user unknown", "in-1 out-1"),
            ("offers@example.net", "You won", "bob@example.com", "dropped", None, "in-2"),
            ("offers@example.net", "You won", "carla@example.com", "bounced", "Mailbox full", "in-2"),
            ("partner@example.org", "Lunch?", "carla@example.com", "delivered", None, "in-3"),
            ("sales@shop.example.net", "News", "carla@example.com", "redirected", None, "in-4"),
            ("carla@example.com", "Customers", "press@example.net", "bounced", "rule no-customer-lists", "out-2"),
            ("käufer@bücher.example.com", "Grüße", fixtures.JOERG, "bounced", "No such mailbox", "in-6"),
            ("offers@example.org", "You won again", "bob@example.com", "pending", None, "in-7"),
            ("offers@example.org", "You won again", "carla@example.com", "pending", None, "in-7"),
            ("offers@example.org", "You won again", fixtures.JOERG, "pending", None, "in-7"),
            (None, None, "dora@example.com", "delivered", None, "in-5"),
        ],
        ("",),
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
            (fixtures.JOERG, 1),
        ],
    ),
    "email-volume-sent": Case("address messages", [("ana@example.com", 1), ("carla@example.com", 1)]),
    "other-events": Case(
        "log_group event events",
        [
            (fixtures.AUDIT, "MAILBOX_ACCESS", 5),
            (fixtures.TRAIL, "AwsApiCall", 2),
            (fixtures.AUDIT, "ACCESS_CONTROL", 1),
            (fixtures.AUDIT, "AUTHENTICATION", 1),
            (fixtures.AUDIT, "PERSONAL_ACCESS_TOKEN", 1),
            # What someone wrote into a log stream that is named like those of probes. The probe beside it is not counted.
            (fixtures.MAIL, "Unknown", 1),
            (fixtures.MAIL, "INCOMING_EMAIL_BOUNCED", 1),
            (fixtures.MAIL, "MAILBOX_EMAIL_DELIVERED", 1),
            (fixtures.MAIL, "ORGANIZATION_EMAIL_RECEIVED", 1),
            (fixtures.MAIL, "RULE_APPLIED", 1),
            (fixtures.TRAIL, "AwsConsoleSignIn", 1),
        ],
    ),
}
