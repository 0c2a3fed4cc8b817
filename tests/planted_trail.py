"""What CloudTrail says of that half an hour: a user and the chain of roles that they take on, sign-ins, refusals.

What it leaves out here, it may leave out: the issuer of a session, an address, an ARN, a request's id.
"""

ACCOUNT = "111122223333"
REGION = "eu-west-1"

ALICE_KEY, BOB_KEY = "AKIAPLANTEDALICE", "AKIAPLANTEDBOB"
NIGHT_KEY, DAY_KEY = "ASIAPLANTEDNIGHT", "ASIAPLANTEDDAY"
# A chain that goes on from the night: the second role, the third, and one more than the queries follow.
SECOND_KEY, THIRD_KEY, FOURTH_KEY = "ASIAPLANTEDTWO", "ASIAPLANTEDTHREE", "ASIAPLANTEDFOUR"
MFA_KEY, FEDERATED_KEY, ROOT_KEY = "ASIAPLANTEDMFA", "ASIAPLANTEDFEDERATED", "ASIAPLANTEDROOT"
PERSON = "544894e8-80c1-707f-60e3-000000000099"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
AUDITOR = f"arn:aws:iam::{ACCOUNT}:role/Auditor"
TEAM_AUDITOR = f"arn:aws:iam::{ACCOUNT}:role/team/Auditor"


def without(line, *fields):
    """The line of an organization that does not log these fields."""
    return {name: value for name, value in line.items() if name not in fields}


def _call(identity, source, name, **fields):
    # Nulls are as CloudTrail writes them.
    about = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
    }
    where = {"awsRegion": REGION, "sourceIPAddress": "203.0.113.20", "userAgent": "aws-cli/2.30.0"}
    kind = {"eventType": "AwsApiCall", "eventCategory": "Management", "recipientAccountId": ACCOUNT}
    none = {"requestParameters": None, "responseElements": None, "requestID": f"request-of-{name}"}
    return {**about, **where, **kind, **none, **fields}


def _user(name, key):
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    known = {"principalId": f"AIDAPLANTED{name.upper()}", "arn": arn, "accountId": ACCOUNT, "userName": name}
    return {"type": "IAMUser", **known, "accessKeyId": key}


def _role(arn, session, key):
    name = arn.rsplit("/", 1)[-1]
    issuer = {"type": "Role", "principalId": "AROAPLANTED", "arn": arn, "accountId": ACCOUNT, "userName": name}
    sts = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}"
    known = {"principalId": f"AROAPLANTED:{session}", "arn": sts, "accountId": ACCOUNT, "accessKeyId": key}
    return {"type": "AssumedRole", **known, "sessionContext": {"sessionIssuer": issuer}}


def _sign_in(user, word, **fields):
    details = {"responseElements": {"ConsoleLogin": word}, "additionalEventData": {"MFAUsed": "No"}}
    return _call(_user(user, ""), "signin", "ConsoleLogin", **{**details, "eventType": "AwsConsoleSignIn", **fields})


def _assumed(session, key, role="Auditor"):
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"
    taken = {
        "credentials": {"accessKeyId": key},
        "assumedRoleUser": {"assumedRoleId": f"AROAPLANTED:{session}", "arn": arn},
    }
    asked = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/{role}", "roleSessionName": session}
    return {"requestParameters": asked, "responseElements": taken}


def issued(key):
    """The answer of a call of AWS STS that takes on no role."""
    return {"responseElements": {"credentials": {"accessKeyId": key}}}


def _federated(issuer, name, key):
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/{name}"
    known = {"principalId": f"{ACCOUNT}:{name}", "arn": arn, "accountId": ACCOUNT, "accessKeyId": key}
    return {"type": "FederatedUser", **known, "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": issuer}}}


def _person_signs_in(word):
    """A person of IAM Identity Center: named beside the identity only, which has no ARN."""
    named = {"additionalEventData": {"UserName": "ana"}, "serviceEventDetails": {"UserAuthentication": word}}
    return _call(SOMEBODY, "signin", "UserAuthentication", eventType="AwsConsoleSignIn", **named)


ALICE, BOB_USER = _user("alice", ALICE_KEY), _user("bob", BOB_KEY)
SOMEBODY = {"type": "IdentityCenterUser", "accountId": ACCOUNT, "onBehalfOf": {"userId": PERSON}}
STRANGER = {"type": "AWSAccount", "accountId": ACCOUNT, "principalId": "AIDAPLANTEDSTRANGER"}
NIGHT, SECOND, THIRD, FOURTH = (
    _role(f"arn:aws:iam::{ACCOUNT}:role/{role}", session, key)
    for role, session, key in (
        ("Auditor", "night", NIGHT_KEY),
        ("Second", "deeper", SECOND_KEY),
        ("Third", "deepest", THIRD_KEY),
        ("Fourth", "beyond", FOURTH_KEY),
    )
)
DENIED = {"errorCode": "AccessDenied", "errorMessage": "no identity-based policy allows it"}

TRAIL_LINES = [
    _call(ALICE, "s3", "ListBuckets"),
    _call(ALICE, "iam", "DeleteUser", requestParameters={"userName": "bob"}, **DENIED),
    _call(ALICE, "sts", "AssumeRole", **_assumed("night", NIGHT_KEY)),
    _call(_role(AUDITOR, "night", NIGHT_KEY), "iam", "ListUsers"),
    _call(_role(AUDITOR, "day", DAY_KEY), "workmail", "DescribeOrganization"),
    _call(_role(TEAM_AUDITOR, "team", "ASIAPLANTEDTEAM"), "s3", "ListBuckets"),
    _call(_role(f"{AUDITOR}Junior", "night", "ASIAPLANTEDJUNIOR"), "s3", "ListBuckets"),
    _call(BOB_USER, "iam", "DeleteUser", requestParameters={"userName": "carla"}),
    _call(BOB_USER, "ec2", "RunInstances", errorCode="Client.UnauthorizedOperation"),
    _call(BOB_USER, "sts", "AssumeRole", requestParameters={"roleArn": AUDITOR, "roleSessionName": "bob"}, **DENIED),
    _sign_in("bob", "Failure", errorMessage="Failed authentication"),
    _sign_in("alice", "Success"),
    # CloudTrail may leave out whose session it is.
    _call({**_role(AUDITOR, "bare", ""), "sessionContext": {}}, "iam", "GetUser"),
    # One role takes on the next.
    _call(NIGHT, "sts", "AssumeRole", **_assumed("deeper", SECOND_KEY, "Second")),
    _call(SECOND, "sts", "AssumeRole", **_assumed("deepest", THIRD_KEY, "Third")),
    _call(THIRD, "s3", "DeleteBucket"),
    _call(THIRD, "sts", "AssumeRole", **_assumed("beyond", FOURTH_KEY, "Fourth")),
    _call(FOURTH, "s3", "CreateBucket"),
    # Sessions that are no role: alice's own, and one that she gave a name.
    _call(ALICE, "sts", "GetSessionToken", **issued(MFA_KEY)),
    _call(_user("alice", MFA_KEY), "s3", "GetBucketAcl"),
    _call(ALICE, "sts", "GetFederationToken", **issued(FEDERATED_KEY)),
    _call(_federated(ALICE["arn"], "temp", FEDERATED_KEY), "s3", "PutBucketAcl"),
    # A refusal that does not say of what; a root that is no role.
    _call(BOB_USER, "sts", "AssumeRole", **DENIED),
    _call(BOB_USER, "sts", "AssumeRoot", requestParameters={"targetPrincipal": ROOT}, **issued(ROOT_KEY)),
    # Identities without an ARN.
    _call(SOMEBODY, "sso", "ListApplications", **DENIED),
    _call(STRANGER, "s3", "GetObject", **DENIED),
    _person_signs_in("Failure"),
    _person_signs_in("Success"),
    # No address, or no identity: Base Events.
    without(_call(ALICE, "iam", "DeleteUser", requestParameters={"userName": "bob"}, **DENIED), "sourceIPAddress"),
    without(_call(_role(AUDITOR, "nowhere", DAY_KEY), "iam", "ListRoles"), "sourceIPAddress"),
    {**_sign_in("bob", "Failure"), "userIdentity": {"type": "Unknown"}},
    # No request id, and so no request in the record.
    without(_call(BOB_USER, "iam", "DeleteUser", requestParameters={"userName": "bob"}), "requestID"),
]
