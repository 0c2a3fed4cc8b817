"""Fixtures of all tests, and two rules: a test that fails shows what the stand-ins said; no test is skipped."""

import pytest

import account.server
import auditing
import border
import deployment
import function
import programs
import standins
from applying import Applying

LOG_TAIL = 3000
# Test → the log of its stand-in, and where in it the test began.
_logs = {}


@pytest.fixture
def mailtrail(tmp_path):
    """The command line, with an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    return programs.Mailtrail(home)


@pytest.fixture
def applying(account, tmp_path):
    """The program that carries plans out, on the account of the tests."""
    return Applying(account, tmp_path)


@pytest.fixture
def audit(account, moto, tmp_path):
    """The function policy-audit, not invoked yet, for the account of the tests."""
    with border.before(moto) as of_moto:
        yield auditing.Audit(account, moto, of_moto, tmp_path)


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory):
    """One moto for all tests."""
    with standins.moto(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture
def moto(moto_server, request):
    """An empty moto."""
    moto_server.reset()
    _logs[request.node.nodeid] = (moto_server.log, moto_server.log.stat().st_size)
    return moto_server


@pytest.fixture(scope="session")
def ministack_server(tmp_path_factory):
    """One ministack for all tests."""
    with standins.ministack(tmp_path_factory.mktemp("ministack")) as server:
        yield server


@pytest.fixture
def ministack(ministack_server, request):
    """An empty ministack."""
    ministack_server.reset()
    _logs[request.node.nodeid] = (ministack_server.log, ministack_server.log.stat().st_size)
    return ministack_server


@pytest.fixture(scope="session")
def enforcing_server(tmp_path_factory):
    """One ministack that enforces IAM, for all tests."""
    with standins.ministack(tmp_path_factory.mktemp("enforcing"), AUTH="true") as server:
        yield server


@pytest.fixture(scope="session")
def role_policies(enforcing_server):
    """The policies of the readers' roles, as infra/sam has them. Function → document."""
    enforcing_server.reset()
    return deployment.policies_for_tests(enforcing_server)


@pytest.fixture(scope="session")
def code(tmp_path_factory):
    """The deployment package of workmail-events, made once."""
    return function.package(tmp_path_factory.mktemp("package"))


@pytest.fixture
def enforcing(enforcing_server, request):
    """An empty ministack where a function may do what its role allows, and nothing else."""
    enforcing_server.reset()
    _logs[request.node.nodeid] = (enforcing_server.log, enforcing_server.log.stat().st_size)
    return enforcing_server


@pytest.fixture(name="account")
def empty_account():
    """An empty AWS account that checks what it is asked (account/). A call that it cannot judge fails the test."""
    with account.server.running() as aws:
        yield aws
    print(aws.transcript())
    assert not aws.mistakes, "\n".join(aws.mistakes)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Shows the end of a stand-in's log beside a test that failed on it."""
    report = yield
    if report.failed and item.nodeid in _logs:
        log, start = _logs[item.nodeid]
        said = log.read_bytes()[start:].decode(errors="replace")
        report.sections.append((f"log of {log.stem}", said[-LOG_TAIL:]))
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """A skipped check is a defect. The workers of pytest-xdist have no reporter: theirs is the main process."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
