"""STS: GetCallerIdentity and AssumeRole."""

import datetime

from .errors import Refused

# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (DurationSeconds)
SESSION_SECONDS = 3600


class Security:
    """STS, as one caller meets it."""

    def __init__(self, world, caller):
        self.world = world
        self.caller = caller

    def get_caller_identity(self, _):
        return {"Account": self.caller.account, "Arn": self.caller.arn, "UserId": self.caller.user_id}

    def assume_role(self, request):
        """A role that is not there, or wants another external id, is denied: STS does not tell which.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html
        """
        arn, session = request["RoleArn"], request["RoleSessionName"]
        if arn not in self.world.roles or self.world.roles[arn] != request.get("ExternalId"):
            what = f"User: {self.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}"
            raise Refused("AccessDenied", what, 403)
        access_key, token, session_arn = self.world.open_session(arn, session)
        lifetime = datetime.timedelta(seconds=request.get("DurationSeconds", SESSION_SECONDS))
        return {
            "Credentials": {
                "AccessKeyId": access_key,
                "SecretAccessKey": "test",
                "SessionToken": token,
                "Expiration": datetime.datetime.now(datetime.UTC) + lifetime,
            },
            "AssumedRoleUser": {"AssumedRoleId": f"AROAEXAMPLE:{session}", "Arn": session_arn},
        }
