"""CloudTrail records of the same half an hour: a user and the chain of roles that they assume, sign-ins, denials.

Fields that are absent here are absent in real records, too: the issuer of a session, an address, an ARN, a request id.
"""

ACCOUNT = "111122223333"
REGION = "eu-west-1"
# Another account of the organization.
MEMBER = "444455556666"

ALICE_KEY, BOB_KEY = "AKIAFIXTUREALICE", "AKIAFIXTUREBOB"
NIGHT_KEY, DAY_KEY = "ASIAFIXTURENIGHT", "ASIAFIXTUREDAY"
# A chain that goes on from the night: the second role, the third, and one more than the queries follow.
SECOND_KEY, THIRD_KEY, FOURTH_KEY = "ASIAFIXTURETWO", "ASIAFIXTURETHREE", "ASIAFIXTUREFOUR"
MFA_KEY, FEDERATED_KEY, ROOT_KEY = "ASIAFIXTUREMFA", "ASIAFIXTUREFEDERATED", "ASIAFIXTUREROOT"
PERSON = "544894e8-80c1-707f-60e3-000000000099"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
AUDITOR = f"arn:aws:iam::{ACCOUNT}:role/Auditor"
TEAM_AUDITOR = f"arn:aws:iam::{ACCOUNT}:role/team/Auditor"


def without(line, *fields):
    """The record as a source writes it that does not log these fields."""
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
    known = {"principalId": f"AIDAFIXTURE{name.upper()}", "arn": arn, "accountId": ACCOUNT, "userName": name}
    return {"type": "IAMUser", **known, "accessKeyId": key}


def _role(arn, session, key):
    name = arn.rsplit("/", 1)[-1]
    issuer = {"type": "Role", "principalId": "AROAFIXTURE", "arn": arn, "accountId": ACCOUNT, "userName": name}
    sts = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}"
    known = {"principalId": f"AROAFIXTURE:{session}", "arn": sts, "accountId": ACCOUNT, "accessKeyId": key}
    return {"type": "AssumedRole", **known, "sessionContext": {"sessionIssuer": issuer}}


def _sign_in(user, word, **fields):
    details = {"responseElements": {"ConsoleLogin": word}, "additionalEventData": {"MFAUsed": "No"}}
    return _call(_user(user, ""), "signin", "ConsoleLogin", **{**details, "eventType": "AwsConsoleSignIn", **fields})


def _assumed(session, key, role="Auditor"):
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"
    response = {
        "credentials": {"accessKeyId": key},
        "assumedRoleUser": {"assumedRoleId": f"AROAFIXTURE:{session}", "arn": arn},
    }
    request = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/{role}", "roleSessionName": session}
    return {"requestParameters": request, "responseElements": response}


def issued(key):
    """The response of an AWS STS call that assumes no role."""
    return {"responseElements": {"credentials": {"accessKeyId": key}}}


def _federated(issuer, name, key):
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/{name}"
    known = {"principalId": f"{ACCOUNT}:{name}", "arn": arn, "accountId": ACCOUNT, "accessKeyId": key}
    return {"type": "FederatedUser", **known, "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": issuer}}}


def _identity_center_sign_in(word):
    """A user of IAM Identity Center: named in additionalEventData only; the identity has no ARN."""
    named = {"additionalEventData": {"UserName": "ana"}, "serviceEventDetails": {"UserAuthentication": word}}
    return _call(IDENTITY_CENTER_USER, "signin", "UserAuthentication", eventType="AwsConsoleSignIn", **named)


ALICE, BOB_USER = _user("alice", ALICE_KEY), _user("bob", BOB_KEY)
IDENTITY_CENTER_USER = {"type": "IdentityCenterUser", "accountId": ACCOUNT, "onBehalfOf": {"userId": PERSON}}
# A user of another account, as the account of a resource sees the caller.
CALLER_OF_BUCKET = {"type": "AWSAccount", "accountId": ACCOUNT, "principalId": BOB_USER["principalId"]}
OTHER_PRINCIPAL = {"type": "AWSAccount", "accountId": ACCOUNT, "principalId": "AIDAFIXTURESTRANGER"}
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
    _call(_role(TEAM_AUDITOR, "team", "ASIAFIXTURETEAM"), "s3", "ListBuckets"),
    _call(_role(f"{AUDITOR}Junior", "night", "ASIAFIXTUREJUNIOR"), "s3", "ListBuckets"),
    _call(BOB_USER, "iam", "DeleteUser", requestParameters={"userName": "carla"}),
    _call(BOB_USER, "ec2", "RunInstances", errorCode="Client.UnauthorizedOperation"),
    _call(BOB_USER, "sts", "AssumeRole", requestParameters={"roleArn": AUDITOR, "roleSessionName": "bob"}, **DENIED),
    _sign_in("bob", "Failure", errorMessage="Failed authentication"),
    _sign_in("alice", "Success"),
    # CloudTrail may leave out whose session it is.
    _call({**_role(AUDITOR, "bare", ""), "sessionContext": {}}, "iam", "GetUser"),
    # One role assumes the next.
    _call(NIGHT, "sts", "AssumeRole", **_assumed("deeper", SECOND_KEY, "Second")),
    _call(SECOND, "sts", "AssumeRole", **_assumed("deepest", THIRD_KEY, "Third")),
    _call(THIRD, "s3", "DeleteBucket"),
    _call(THIRD, "sts", "AssumeRole", **_assumed("beyond", FOURTH_KEY, "Fourth")),
    _call(FOURTH, "s3", "CreateBucket"),
    # Sessions without a role: alice's own, and a federated one that she named.
    _call(ALICE, "sts", "GetSessionToken", **issued(MFA_KEY)),
    _call(_user("alice", MFA_KEY), "s3", "GetBucketAcl"),
    _call(ALICE, "sts", "GetFederationToken", **issued(FEDERATED_KEY)),
    _call(_federated(ALICE["arn"], "temp", FEDERATED_KEY), "s3", "PutBucketAcl"),
    # A denial without the role; a root user, which is not a role.
    _call(BOB_USER, "sts", "AssumeRole", **DENIED),
    _call(BOB_USER, "sts", "AssumeRoot", requestParameters={"targetPrincipal": ROOT}, **issued(ROOT_KEY)),
    # Identities without an ARN.
    _call(IDENTITY_CENTER_USER, "sso", "ListApplications", **DENIED),
    _call(OTHER_PRINCIPAL, "s3", "GetObject", **DENIED),
    _identity_center_sign_in("Failure"),
    _identity_center_sign_in("Success"),
    # No address, or no identity: Base Events.
    without(_call(ALICE, "iam", "DeleteUser", requestParameters={"userName": "bob"}, **DENIED), "sourceIPAddress"),
    without(_call(_role(AUDITOR, "nowhere", DAY_KEY), "iam", "ListRoles"), "sourceIPAddress"),
    {**_sign_in("bob", "Failure"), "userIdentity": {"type": "Unknown"}},
    # No request id, and so no request in the record.
    without(_call(BOB_USER, "iam", "DeleteUser", requestParameters={"userName": "bob"}), "requestID"),
    # One call, delivered to the account of the bucket and to that of its caller.
    _call(CALLER_OF_BUCKET, "s3", "PutObject", sharedEventID="shared-1", recipientAccountId=MEMBER),
    _call(BOB_USER, "s3", "PutObject", sharedEventID="shared-1"),
]
