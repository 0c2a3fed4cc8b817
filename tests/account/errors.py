"""How this AWS says no: a request is refused with an error of its service, by the name that the service's model has."""


class Refused(Exception):
    """An error that AWS answers with."""

    def __init__(self, code, message, status=None):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        # None: the status that the model has for this error, or 400.
        self.status = status


class Dropped(Exception):
    """The connection breaks: the caller gets no answer, and cannot know whether the work was done."""


# Errors that every AWS service may answer with, so that no operation's model lists them.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html and the same page of each
# service; the names of the query protocol (SNS, STS) beside those of the JSON protocols.
COMMON = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "ExpiredTokenException",
    "InternalFailure",
    "InvalidClientTokenId",
    "SerializationException",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
}


def no_such_log_group():
    """The answer to nearly everything that names a log group that is not there."""
    return Refused("ResourceNotFoundException", "The specified log group does not exist.")


def limit_exceeded():
    """CloudWatch Logs says no more than this, whichever limit it is."""
    return Refused("LimitExceededException", "Resource limit exceeded.")


def invalid_parameter(message):
    """A request that fits the model and still makes no sense."""
    return Refused("InvalidParameterException", message)
