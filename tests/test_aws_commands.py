"""Every command of the AWS CLI in the pages of the project is one that AWS knows, with all that it needs."""

import re
from collections import Counter

import pytest
from botocore.exceptions import UnknownServiceError

import aws_commands
import programs

PAGES = sorted(
    path.relative_to(programs.PROJECT).as_posix()
    for pattern in ("*.md", "events/*.md", "functions/**/*.md", "infra/*.md", "infra/[!c]*/**/*.md", "tests/*.md")
    for path in programs.PROJECT.glob(pattern)
)


def page(name):
    """The text of a page."""
    return (programs.PROJECT / name).read_text()


def test_the_pages_with_commands_are_among_those_that_are_read():
    assert {"README.md", "infra/README.md", "infra/queries/README.md", "functions/SETTINGS.md"} <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_command_of_a_page_is_one_that_aws_knows(name):
    for words in aws_commands.in_markdown(page(name)):
        aws_commands.call(words)


@pytest.mark.parametrize("name", PAGES)
def test_no_command_of_a_page_is_overlooked(name):
    named = Counter(re.findall(r"\baws ([a-z0-9-]+ [a-z-]+)", page(name)))
    assert Counter(" ".join(words[1:3]) for words in aws_commands.in_markdown(page(name))) == named


def test_what_the_cli_adds_to_the_models_is_listed_only_where_it_is_used():
    used = [words for name in PAGES for words in aws_commands.in_markdown(page(name))]
    assert set(aws_commands.HIGH_LEVEL) <= {(service, name) for _, service, name, *_ in used}
    options = set().union(*(value | flag for _, value, flag in aws_commands.HIGH_LEVEL.values()))
    # Where a command is for, says each that `mailtrail` prints.
    assert (options | aws_commands.GLOBAL) - {word for words in used for word in words} <= {"--region"}


@pytest.mark.parametrize(
    "wrong",
    [
        "aws s4api delete-bucket --bucket NAME",
        "aws s3api remove-bucket --bucket NAME",
        "aws s3api delete-bucket --name NAME",
        "aws s3api delete-bucket",
        "aws s3api delete-bucket --bucket",
        "aws s3api delete-bucket --bucket NAME extra",
        "aws s3api delete-bucket --bucket NAME --quiet",
        "aws s3 cp --recursive s3://bucket/",
        "aws s3 cp --all s3://bucket/ folder",
        "aws logs put-retention-policy --log-group-name GROUP --retention-in-days month",
        "aws lambda invoke --function-name NAME",
        "aws lambda get-policy --function-name NAME --output xml",
        "aws lambda get-policy --function-name NAME --query Document",
        "aws lambda get-policy --function-name NAME --query 'Policy[?'",
        "aws firehose put-record-batch --delivery-stream-name NAME --records Key=a",
        """aws firehose tag-delivery-stream --delivery-stream-name NAME --tags '{"Key": "a"}'""",
    ],
)
def test_a_command_that_aws_does_not_know_is_refused(wrong):
    with pytest.raises((AssertionError, LookupError, ValueError, UnknownServiceError)):
        aws_commands.read(wrong)


def test_commands_within_commands_and_beside_others_are_read():
    script = """
    # A comment isn't a command.
    name() { aws sts get-caller-identity --query "Account" --output text; }
    aws lambda invoke --function-name "$(aws lambda list-functions --query 'Functions[0].FunctionName' \\
      --output text)" answer.json
    mailtrail doctor | aws s3 ls "s3://$(name)/" > list.txt
    aws logs filter-log-events --log-group-name '/a;b' --filter-pattern '' --log-stream-names one two
    """
    read = [aws_commands.call(words) for words in aws_commands.commands(script) if words[0] == "aws"]
    assert [(each.service, each.operation) for each in read] == [
        ("lambda", "list_functions"),
        ("sts", "get_caller_identity"),
        ("lambda", "invoke"),
        ("s3", "ls"),
        ("logs", "filter_log_events"),
    ]
    group, streams = "/a;b", ["one", "two"]
    assert read[-1].parameters == {"logGroupName": group, "filterPattern": "", "logStreamNames": streams}
