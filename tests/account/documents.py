"""Policy documents as AWS writes them, and as people do."""

import json

LOG_DELIVERY = "delivery.logs.amazonaws.com"
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
AWS_WRITTEN = "AWSLogDeliveryWrite20150319"
WRITE = ["logs:CreateLogStream", "logs:PutLogEvents"]


def compact(document):
    """A document without white space, as AWS writes it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def policy(*statements):
    """A document of statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def streams_of(group, account, region):
    """The pattern that names all log streams of a group."""
    return f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:*"


def delivery_statement(groups, account, region, sid=AWS_WRITTEN):
    """The statement that lets AWS's log delivery write to these groups."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": LOG_DELIVERY},
        "Action": list(WRITE),
        "Resource": [streams_of(group, account, region) for group in groups],
        "Condition": {
            "StringEquals": {"aws:SourceAccount": [account]},
            "ArnLike": {"aws:SourceArn": [f"arn:aws:logs:{region}:{account}:*"]},
        },
    }


def hand_written(groups, account, region):
    """Policies that people wrote: everything that IAM accepts and a program may stumble over. Name → document."""
    first, second, third = (streams_of(group, account, region) for group in groups)
    arn = f"arn:aws:logs:{region}:{account}"
    opensearch = {
        "Effect": "Allow",
        "Principal": {"Service": "es.amazonaws.com"},
        "Action": ["logs:PutLogEvents", "logs:PutLogEventsBatch", "logs:CreateLogStream"],
        "Resource": first.removesuffix(":log-stream:*") + ":*",
    }
    careless = {"Effect": "Allow", "Principal": "*", "Action": "logs:*", "Resource": "*"}
    two_accounts = {
        **delivery_statement([], account, region, "TwoAccounts"),
        "Resource": second,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:444455556666:*"},
        },
    }
    forbidding = {
        "Sid": "NeverThisGroup",
        "Effect": "Deny",
        "Principal": {"Service": ["events.amazonaws.com", LOG_DELIVERY]},
        "Action": "logs:PutLogEvents",
        "Resource": f"{arn}:log-group:/example/sealed:*",
    }
    inverted = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "NotAction": "logs:DeleteLogGroup",
        "NotResource": [third],
        "Condition": {
            "Bool": {"aws:SecureTransport": "true"},
            "DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"},
        },
    }
    unknown = {"Sid": "FromTheFuture", "Effect": "Allow", "Principal": {"Service": "route53.amazonaws.com"}}
    unknown |= {"Action": "logs:PutLogEvents", "Resource": third, "X-Example": {"kept": [1, 2.5, None, "ü"]}}
    return {
        "opensearch": json.dumps(policy(opensearch), indent=4),
        "careless": json.dumps({"Version": "2008-10-17", "Id": "old", "Statement": careless}, indent=2),
        "two-accounts": compact(policy(two_accounts)),
        "forbidding": compact(policy(forbidding, opensearch)),
        "inverted": compact(policy(inverted)),
        "unknown": json.dumps(policy(unknown), ensure_ascii=False),
    }
