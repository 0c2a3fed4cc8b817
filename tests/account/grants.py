"""Whether the resource policies let log delivery write, for what AWS itself does with them.

What cannot be read allows nothing, and where it may be a Deny it denies everything.
"""

from iam import Document, Principal, Unreadable, decide

from .documents import LOG_DELIVERY, WRITE


def may_deliver(documents, stream_arn, context):
    """Whether log delivery may create this log stream and write to it.

    The context holds the keys of the request: aws:SourceArn and aws:SourceAccount.
    """
    keys = {name.lower(): value for name, value in context.items()}
    read = [document for text in documents if (document := _read(text))]
    unreadable = [statement for document in read for statement in document.unreadable]
    if any(not isinstance(statement, dict) or statement.get("Effect") != "Allow" for statement in unreadable):
        return False
    delivery = Principal(service=LOG_DELIVERY)
    return all(decide(read, delivery, action, stream_arn, keys) == "allowed" for action in WRITE)


def _read(text):
    try:
        return Document(text)
    except Unreadable:
        return None
