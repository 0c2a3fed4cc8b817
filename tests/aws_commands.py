"""Commands of the AWS CLI: read as it reads them, and held against AWS's own models, which botocore has.

A name of a service, an operation or an option that AWS does not know fails, and so does a required option that is
missing, a value of the wrong kind, and a query over what is not in the answer.
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-commandstructure.html
"""

import dataclasses
import functools
import json
import re
import shlex

import botocore
import botocore.session
import botocore.validate
import jmespath

# Services that the CLI names otherwise than the models: its `s3` is for files.
NAMES = {"s3api": "s3"}
# What every command takes: the CLI's own, and no parameter of a call. Those that are used, not all that there are.
# https://docs.aws.amazon.com/cli/latest/reference/#global-options
GLOBAL = {"--output", "--query", "--region"}
# Parameters of calls that have another name on the command line, where theirs would begin like one of the CLI's own.
# https://docs.aws.amazon.com/cli/latest/reference/sns/subscribe.html
RENAMED = {"Subscribe": {"--endpoint": "--notification-endpoint"}}
OUTPUTS = {"json", "table", "text", "yaml"}
# Commands that the CLI makes many calls for, in no model: how many words each needs, its options that take a value,
# and those that take none. Those that are used.
# https://docs.aws.amazon.com/cli/latest/reference/s3/ and https://docs.aws.amazon.com/cli/latest/reference/logs/tail.html
HIGH_LEVEL = {
    ("s3", "cp"): (2, set(), {"--recursive"}),
    ("s3", "ls"): (1, set(), {"--recursive"}),
    ("logs", "tail"): (1, {"--filter-pattern", "--since"}, set()),
}
# What stands for a value: `NAME`, `$stack`, or what another command prints.
STAND_IN = re.compile(r"[A-Z]+|\$\w+")
SUBSTITUTION = re.compile(r"\$\(([^()]*)\)")
NUMBERS = {"integer": int, "long": int, "float": float, "double": float}


@dataclasses.dataclass(frozen=True)
class Command:
    """A command, with the names that boto3 has for service, operation and parameters."""

    service: str
    operation: str
    parameters: dict
    # The CLI's own options.
    options: dict


def commands(script):
    """The simple commands of a script, word by word; those within `$(…)` stand before the one that they are in."""
    script = re.sub(r"^\s*#.*$", "", script, flags=re.MULTILINE).replace("\\\n", " ")
    found = []
    while inner := SUBSTITUTION.search(script):
        found += commands(inner[1])
        script = script.replace(inner[0], "$SUBSTITUTED")
    words = []
    for word in [*_words(script), "\n"]:
        if not _is_made_of(word, ";|&()\n"):
            words.append(word)
            continue
        found += [words] if words else []
        words = []
    return [plain for words in found if (plain := _plain(words))]


def read(script):
    """The commands of a script that has no others than those of the AWS CLI."""
    made = commands(script)
    assert all(words[0] == "aws" for words in made), script
    return [call(words) for words in made]


def call(command):
    """A command, as a line or as words, after everything about it was checked."""
    words = shlex.split(command) if isinstance(command, str) else command
    assert words[0] == "aws" and len(words) > 2, words
    service, name, *rest = words[1:]
    if (service, name) in HIGH_LEVEL:
        return _high_level(service, name, rest)
    operation = _operation(service, name)
    options, given, positional = _options(operation, rest)
    # The CLI writes what is streamed into a file that is named without an option.
    assert len(positional) == operation.has_streaming_output, words
    members = operation.input_shape.members
    missing = set(operation.input_shape.required_members) - set(given)
    assert not missing, f"{shlex.join(words)}: without {missing}"
    parameters = {member: _value(members[member], values) for member, values in given.items()}
    for member, value in parameters.items():
        report = botocore.validate.ParamValidator().validate(value, members[member])
        is_read_from_a_file = given[member][0].startswith("file://")
        assert is_read_from_a_file or not report.has_errors(), f"{shlex.join(words)}: {report.generate_report()}"
    _check_output(options, operation.output_shape)
    return Command(NAMES.get(service, service), botocore.xform_name(operation.name), parameters, options)


def in_markdown(text):
    """The commands of the AWS CLI in a page: in its blocks of code, indented or fenced, and between backticks."""
    fenced = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    indented = re.findall(r"(?:^ {4}.*\n)+", text, re.MULTILINE)
    between = re.findall(r"`(aws [^`]+)`", text)
    return [words for script in (*fenced, *indented, *between) for words in commands(script) if words[0] == "aws"]


def _is_made_of(word, signs):
    return word != "" and set(word) <= set(signs)


def _words(script):
    reader = shlex.shlex(script, posix=True, punctuation_chars=";|&()<>\n")
    reader.whitespace, reader.whitespace_split, reader.commenters = " \t", True, ""
    return reader


def _plain(words):
    """The words of a command without redirections, and without the braces of a function."""
    redirections = [at for at, word in enumerate(words) if _is_made_of(word, "<>")]
    away = {place for at in redirections for place in (at, at + 1)}
    return [word for at, word in enumerate(words) if at not in away and word not in ("{", "}")]


@functools.cache
def _model(service):
    return botocore.session.get_session().get_service_model(NAMES.get(service, service))


def _operation(service, name):
    names = {botocore.xform_name(each, "-"): each for each in _model(service).operation_names}
    return _model(service).operation_model(names[name])


def _options(operation, words):
    """The CLI's own options, the members that the other options are for, and the words that belong to none."""
    shapes = operation.input_shape.members
    members = {f"--{botocore.xform_name(name, '-')}": name for name in shapes}
    members |= {option: members.pop(replaced) for replaced, option in RENAMED.get(operation.name, {}).items()}
    flags = {option: name for option, name in members.items() if shapes[name].type_name == "boolean"}
    own, given, positional = {}, {}, []
    words = list(words)
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            positional.append(word)
        elif word in GLOBAL:
            own[word] = words.pop(0)
        elif word.replace("--no-", "--", 1) in flags:
            given[flags[word.replace("--no-", "--", 1)]] = [word in flags]
        else:
            # Of a list, every word is an element until the next option.
            count = 1
            while shapes[members[word]].type_name == "list" and words[count:] and not words[count].startswith("--"):
                count += 1
            given[members[word]], words = words[:count], words[count:]
    return own, given, positional


def _value(shape, words):
    """What the CLI makes of the words of an option."""
    first = words[0]
    if first.startswith("file://"):
        return first
    if shape.type_name in ("structure", "list", "map") and first.startswith(("{", "[")):
        return json.loads(first)
    if shape.type_name == "list":
        return [_value(shape.member, [word]) for word in words]
    if shape.type_name in ("structure", "map"):
        # `Key=…,Value=…`: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
        return dict(part.split("=", 1) for part in first.split(","))
    if shape.type_name in NUMBERS:
        return 1 if STAND_IN.fullmatch(first) else NUMBERS[shape.type_name](first)
    return first


def _high_level(service, name, words):
    needed, with_value, without = HIGH_LEVEL[service, name]
    options, positional, words = {}, [], list(words)
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            positional.append(word)
        else:
            assert word in with_value | without | GLOBAL, f"aws {service} {name} {word}"
            options[word] = None if word in without else words.pop(0)
    assert len(positional) == needed, f"aws {service} {name} {positional}"
    return Command(service, name, {}, options)


def _check_output(options, shape):
    assert options.get("--output", "json") in OUTPUTS, options
    if "--query" in options:
        jmespath.compile(options["--query"])
        assert re.match(r"\w+", options["--query"])[0] in shape.members, options["--query"]
