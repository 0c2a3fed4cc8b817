"""One AWS service is played by one of the project's own stand-ins only, and README.md says by which."""

import re

import programs
from account import model

README = (programs.PROJECT / "tests" / "README.md").read_text()
FAULTY_AWS = programs.PROJECT / "shared" / "testing" / "faulty-aws"
# Name in the credential scope of a signature → how README.md calls the service.
NAMES = {
    "apigateway": "API Gateway",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "monitoring": "CloudWatch",
    "states": "Step Functions",
    "sts": "STS",
    "tagging": "Resource Groups Tagging",
    "workmail": "WorkMail",
}


def services_of_faulty_aws():
    """The variants of `Service`, of which the calls that it records are."""
    source = (FAULTY_AWS / "src" / "calls.rs").read_text()
    variants = re.search(r"pub enum Service \{(.*?)\}", source, re.DOTALL)[1]
    return {name.upper() if len(name) <= 3 else name for name in re.findall(r"^    (\w+),", variants, re.MULTILINE)}


def test_a_service_is_played_by_one_of_our_stand_ins_only():
    rows = re.findall(r"^\| ([\w ]+) \| `(tests/account|shared/testing/faulty-aws)` \|$", README, re.MULTILINE)
    played = dict(rows)
    assert len(rows) == len(played), "a service has two rows"
    ours = {
        "tests/account": {NAMES[service] for service in model.SERVICES},
        # It answers one call of STS, so that whose its credentials are is known.
        "shared/testing/faulty-aws": services_of_faulty_aws() - {"STS"},
    }
    for stand_in, services in ours.items():
        assert services == {name for name, of in played.items() if of == stand_in}
