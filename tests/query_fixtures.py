"""Log events of half an hour in an invented organization and its account, for the queries to find.

The shipped samples are of other days, so nothing else happens on this one. Beside each event that a query must find
lies one that it must not: a role whose name starts like the one asked for, a successful log-in, an owner in their own
mailbox.
"""

import gzip
import json

from query_fixtures_cloudtrail import ACCOUNT, BOB_USER, REGION, ROOT, TRAIL_LINES, issued, without

DAY = "20261203"
START = 1_796_288_400_000  # 2026-12-03T09:00:00Z
MINUTE = 60_000

MAIL = "/aws/workmail/emailevents/example"
AUDIT = "/aws/vendedlogs/workmail/example"
TRAIL = "aws-cloudtrail-logs-111122223333-example"

ORGANIZATION = f"arn:aws:workmail:{REGION}:{ACCOUNT}:organization/m-0123456789abcdef0123456789abcdef"
JOERG = "jörg@bücher.example.com"
ANA, BOB, CARLA = (f"S-1-1-11-1111111111-2222222222-3333333333-200{number}" for number in (1, 2, 3))


def time_of(number):
    """The time of the log event with that number in its log group, in milliseconds: one a minute."""
    return START + number * MINUTE


def _mail(trace, name, **fields):
    return {"traceId": trace, "event": {"eventName": name, **fields}}


def _received(trace, author, recipients, subject, **fields):
    verdicts = {f"{name}Verdict": "PASS" for name in ("spam", "spf", "dkim", "dmarc")}
    named = {"from": author, "recipients": recipients, "subject": subject, **verdicts, **fields}
    return _mail(trace, "ORGANIZATION_EMAIL_RECEIVED", **named)


MAIL_LINES = [
    # A message to a colleague, whose mailbox rule moves it, and to an outside address, which bounces it.
    _mail(
        "out-1",
        "OUTGOING_EMAIL_SUBMITTED",
        recipients=["bob@example.com", "press@example.net"],
        subject="Invoice 12",
        **{"from": "Ana@example.com"},
    ),
    _mail(
        "out-1",
        "OUTGOING_EMAIL_SENT",
        recipient="bob@example.com",
        messageId="<m1@example.com>",
        **{"from": "ana@example.com"},
    ),
    _mail(
        "out-1",
        "OUTGOING_EMAIL_BOUNCED",
        bouncedRecipient={"emailAddress": "press@example.net", "status": "5.1.1", "reason": "user unknown"},
    ),
    _received("in-1", "ana@example.com", ["bob@example.com"], "Invoice 12", messageId="<m1@example.com>"),
    _mail("in-1", "MAILBOX_EMAIL_DELIVERED", recipient="bob@example.com", folder="INBOX"),
    _mail(
        "in-1",
        "RULE_APPLIED",
        ruleName="invoices",
        ruleType="MAILBOX_RULE",
        ruleActions=[{"action": "Move"}],
        targetFolder="Invoices",
    ),
    # Spam to two people; a rule drops it for one, the mailbox of the other is full.
    _received(
        "in-2",
        "offers@example.net",
        ["bob@example.com", "carla@example.com"],
        "You won",
        messageId="<m2@example.net>",
        spamVerdict="FAIL",
        dmarcVerdict="FAIL",
        dmarcPolicy="QUARANTINE",
    ),
    _mail(
        "in-2",
        "RULE_APPLIED",
        ruleName="drop-spam",
        ruleType="INBOUND_RULE",
        ruleActions=[{"action": "DROP", "recipients": ["bob@example.com"]}],
    ),
    _mail(
        "in-2",
        "INCOMING_EMAIL_BOUNCED",
        bouncedRecipient={"emailAddress": "carla@example.com", "status": "5.2.2", "reason": "Mailbox full"},
    ),
    # Mail that an assistant sent for a partner, and mail of a domain below the one that is asked for.
    _received("in-3", "partner@example.org", ["carla@example.com"], "Lunch?", sender="assistant@example.org"),
    _mail("in-3", "MAILBOX_EMAIL_DELIVERED", recipient="carla@example.com", folder="INBOX"),
    _received("in-4", "sales@shop.example.net", ["carla@example.com"], "News"),
    _mail("in-4", "MAILBOX_EMAIL_DELIVERED", recipient="carla@example.com", folder="JUNK"),
    # Rules that keep mail inside, and that send it outside.
    _mail(
        "out-2",
        "OUTGOING_EMAIL_SUBMITTED",
        recipients=["press@example.net"],
        subject="Customers",
        **{"from": "carla@example.com"},
    ),
    _mail(
        "out-2",
        "RULE_APPLIED",
        ruleName="no-customer-lists",
        ruleType="OUTBOUND_RULE",
        ruleActions=[{"action": "BOUNCE", "recipients": ["press@example.net"]}],
    ),
    _mail(
        "in-4",
        "RULE_APPLIED",
        ruleName="fwd",
        ruleType="MAILBOX_RULE",
        ruleActions=[{"action": "Redirect"}],
        targetRecipient="elsewhere@example.org",
    ),
    # Addresses that are not in ASCII: in Base Events, and beside one that is.
    _received("in-6", "käufer@bücher.example.com", [JOERG], "Grüße", spamVerdict="FAIL"),
    _mail("in-6", "MAILBOX_EMAIL_DELIVERED", recipient=JOERG, folder="JUNK"),
    _mail(
        "in-6",
        "INCOMING_EMAIL_BOUNCED",
        bouncedRecipient={"emailAddress": JOERG, "status": "5.1.1", "reason": "No such mailbox"},
    ),
    _received(
        "in-7",
        "offers@example.org",
        ["carla@example.com", "Bob <bob@example.com>", f"Jörg <{JOERG}>"],
        "You won again",
        spamVerdict="FAIL",
    ),
]


def _audit(**fields):
    return {"request_id": "7d8f2f0e-0a1b-4c2d-8e3f-000000000099", "organization_arn": ORGANIZATION, **fields}


def _login(source, good, **who):
    reason = {} if good else {"auth_failed_reason": "Invalid credentials"}
    return _audit(source_ip=source, protocol="IMAP", method="basic", auth_successful=good, **reason, **who)


def _access(who, owner, action, allowed, item, **fields):
    common = {"protocol": "EWS", "source_ip": "198.51.100.7", "object_type": "Message", "folder_path": "/Inbox"}
    done = {"user_id": who, "owner_id": owner, "action": action, "action_allowed": allowed, "item_id": item}
    return _audit(**{**common, **done, **fields})


def _control(who, granted, scope="AccessControl", **fields):
    common = {"protocol": "ActiveSync", "source_ip": "203.0.113.9", "scope": scope}
    return _audit(**{**common, "user_id": who, "access_granted": granted, **fields})


def _token(action, **name):
    who = {"user_id": ANA, "user": "ana", "source_ip": "198.51.100.7", "protocol": "webapp"}
    return _audit(**who, action=action, expires_time="2027-03-31T00:00:00Z", scopes=["FULL_ACCESS"], **name)


def _availability(domain, good):
    error = {} if good else {"error_message": "Timed out"}
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:cap"
    about = {"type": "LAMBDA", "domain": domain, "function_arn": function}
    return _audit(user_id=ANA, availability_event_successful=good, **about, **error)


AUDIT_LINES = [
    _login("203.0.113.5", False, user_id=ANA, user="ana"),
    _login("203.0.113.5", False, user_id=BOB, user="bob"),
    # No user: not an Authentication, but still a failure.
    _login("203.0.113.5", False),
    _login("203.0.113.5", True, user_id=BOB, user="bob"),
    _login("203.0.113.6", False, user_id=BOB, user="bob"),
    _access(ANA, ANA, "read", True, "item-1"),
    _access(ANA, BOB, "read", True, "item-2"),
    _access(ANA, BOB, "delete", False, "item-3"),
    _access(CARLA, CARLA, "read", True, "item-4", impersonator_id="imp-01"),
    _control(BOB, False, rule_id="deny-outside"),
    _control(CARLA, False, scope="DeviceAccessControl"),
    _control(CARLA, True, rule_id="allow-office"),
    _control(CARLA, True, scope="ImpersonationAccessControl", impersonator_id="imp-01", rule_id="backup"),
    _token("create", name="phone"),
    _token("delete", name="laptop"),
    _availability("partner.example.org", True),
    _availability("legacy.example.com", False),
    # From an organization that logs fewer fields. No item or folder, which would carry the owner:
    without(_access(ANA, BOB, "read_hierarchy", True, ""), "item_id", "folder_path"),
    without(_access(BOB, BOB, "read_hierarchy", True, ""), "item_id", "folder_path"),
    # An application, but not the user whom it impersonates.
    without(_access("", CARLA, "update", True, "item-5", impersonator_id="imp-02"), "user_id"),
    # No address: Base Events.
    without(_access(BOB, ANA, "read", True, "item-6"), "source_ip"),
    without(_access(BOB, ANA, "delete", False, "item-7"), "source_ip"),
    without(_access(BOB, BOB, "read", True, "item-8"), "source_ip"),
    without(_access(BOB, BOB, "move", True, "item-9", impersonator_id="imp-02"), "source_ip"),
    without(_control(BOB, False, rule_id="deny-nowhere"), "source_ip"),
    # Incoming mail: no user.
    without(_access("", CARLA, "create", True, "item-10", protocol="IncomingEmail"), "user_id", "source_ip"),
    # A token without a name.
    _token("create"),
    # An address that data protection masked.
    _login("***********", False, user_id=CARLA, user="carla"),
    _control(ANA, False, source_ip="***********"),
]


def _record(number, group, code, product, **fields):
    """What records of every class have."""
    metadata = {"uid": f"{number:056}", "log_name": group, "log_source": "stream", "event_code": code}
    about = {"cloud": {"account": {"uid": ACCOUNT}}, "status": "Success", "status_id": 1}
    return {"time": time_of(number), "metadata": {**metadata, "product": {"name": product}}, **about, **fields}


LINES = {MAIL: MAIL_LINES, AUDIT: AUDIT_LINES, TRAIL: TRAIL_LINES}
# Class → a record as an earlier version of its mapping wrote it, which archives still hold: an owner without anything
# that is owned, an assumed root without a switch of accounts.
EARLIER = {
    "api_activity": _record(
        50,
        AUDIT,
        "MAILBOX_ACCESS",
        "Amazon WorkMail",
        actor={"user": {"uid": CARLA}},
        api={"operation": "read_hierarchy"},
        src_endpoint={"ip": "198.51.100.7"},
        dst_endpoint={"svc_name": "EWS"},
        unmapped={"owner_id": BOB, "object_type": "Folder"},
    ),
    "authentication": _record(
        50,
        TRAIL,
        "AwsApiCall",
        "CloudTrail",
        activity_name="Account Switch",
        user={"uid": BOB_USER["arn"]},
        actor={"user": {"uid": BOB_USER["arn"]}},
        api={
            "operation": "AssumeRoot",
            "service": {"name": "sts.amazonaws.com"},
            "request": {"data": json.dumps({"targetPrincipal": ROOT})},
            "response": {"data": json.dumps(issued("ASIAFIXTUREEARLIER")["responseElements"])},
        },
    ),
}
# A probe of `mailtrail doctor`, which no query counts, and what someone else wrote into a log stream of that name.
PROBE, IN_A_STREAM_OF_PROBES = {"mailtrailProbe": "0123456789abcdef", "sent": "2026-12-03T09:00:00.123Z"}, {"user": "alice"}
# Of one id in two log streams: two events.
TWIN = {"eventName": "MAILBOX_EMAIL_DELIVERED", "recipient": "dora@example.com", "folder": "INBOX"}


def payloads():
    """Every event in one payload of its log group, every second one again in another, and the twins."""
    packed = []
    for place, (group, lines) in enumerate(LINES.items()):
        events = [_event(number, _dated(group, line, number), place) for number, line in enumerate(lines)]
        packed += [_payload(group, "stream", events), _payload(group, "stream", events[::2])]
    twin = _event(len(MAIL_LINES), {"traceId": "in-5", "event": TWIN})
    packed += [_payload(MAIL, stream, [twin]) for stream in ("stream", "another")]
    probes = [
        {**_event(90 + number, {}), "message": json.dumps(line, separators=(",", ":"))}
        for number, line in enumerate((PROBE, IN_A_STREAM_OF_PROBES))
    ]
    return [*packed, _payload(MAIL, "mailtrail-probe/0123456789abcdef", probes)]


def _dated(group, line, number):
    """The line with its own time and id, where its source writes them."""
    if group == AUDIT:
        return {"event_timestamp": time_of(number), **line}
    if group == TRAIL:
        return {
            **line,
            "eventTime": f"2026-12-03T09:{number:02}:00Z",
            "eventID": f"00000000-0000-4000-8000-{number:012}",
        }
    return line


def _event(number, line, group=0):
    """A log event with an id of its own: ids ascend with the time, then with the number of the log group."""
    identifier = (time_of(number) << 144) | (group << 16) | number
    return {"id": f"{identifier:056}", "timestamp": time_of(number), "message": json.dumps(line)}


def _payload(group, stream, events):
    batch = {
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": ["mailtrail"],
        "logEvents": events,
    }
    return gzip.compress(json.dumps(batch).encode(), mtime=0)
