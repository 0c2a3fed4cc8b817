"""The model of costs: the README shows what it says, and its inputs are what the stack and the programs are."""

import importlib.util
import json
import re

import pytest
import yaml

import programs
import samples
import stack

INFRA = programs.PROJECT / "infra"
README = (INFRA / "README.md").read_text()
REPORTS = (programs.PROJECT / "shared" / "foundation" / "telemetry" / "src" / "report.rs").read_text()
# A model of few lines is no balance: this much over or under what is measured.
ROUGHLY = 0.35


def load():
    """The model, which is a script of infra/ and no module of the tests."""
    spec = importlib.util.spec_from_file_location("costs", INFRA / "costs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


costs = load()


@pytest.fixture
def inputs():
    """The inputs, for a test to change."""
    return json.loads(costs.INPUTS.read_text())


def assumed(inputs, name):
    return inputs["assumptions"][name]["value"]


def test_the_readme_shows_what_the_model_says(inputs):
    for table in (
        costs.table(inputs["examples"], inputs),
        costs.price_table(inputs),
        costs.assumption_table(inputs),
    ):
        assert table in README, "run `python3 infra/costs.py`, and put its tables into infra/README.md"
    assert inputs["date"] in README and inputs["region"] in README


def test_a_price_is_seen_somewhere_or_is_for_the_reader_to_fill_in(inputs):
    for name, price in inputs["prices"].items():
        assert (price["usd"] is None) == (price["seen"] is None), name
        assert price["page"].startswith("https://aws.amazon.com/"), name


def test_every_amount_has_a_price_and_is_shown_once(inputs):
    shown = [name for names in costs.COLUMNS.values() for name in names] + list(costs.APART)
    assert sorted(shown) == sorted(inputs["prices"]) == sorted(costs.amounts(1000, inputs))


def test_a_price_that_is_filled_in_is_counted(inputs):
    inputs["prices"]["firehose_gb"]["usd"] = 2
    streamed = costs.amounts(100_000, inputs)["firehose_gb"]
    assert f"${2 * streamed:,.2f} + {streamed:,.2f} GB" in costs.table([100_000], inputs)


def test_more_events_never_cost_less(inputs):
    sums = [sum(costs.costs(10**power, inputs).values()) for power in range(10)]
    assert sums == sorted(sums)


def test_a_query_costs_ten_mebibytes_at_least(inputs):
    assert costs.amounts(1, inputs)["athena_tb"] == assumed(inputs, "queries") * 10 * 1024**2 / costs.TB


def test_a_record_of_a_stream_is_charged_in_steps_of_five_kibibytes(inputs):
    a_month = inputs["days_of_a_month"] * 5 * 1024 / costs.GB
    assert costs.amounts(1, inputs)["firehose_gb"] == a_month
    assert costs.amounts(1000, inputs)["firehose_gb"] == pytest.approx(1000 * a_month)


def test_the_alarms_that_are_counted_are_those_of_the_template(inputs):
    template = yaml.safe_load(stack.TEMPLATE.read_text())["Resources"]
    # One log group for each of the functions; no organization.
    loops = [template[f"Fn::ForEach::Each{name}"][2] for name in ("LogGroup", "CloudTrailLogGroup")]
    entries = [{**each, "Condition": None} for loop in loops for each in loop.values()]
    resources = [each for each in template.values() if isinstance(each, dict)] + entries
    # Those of the standard profile, with something to listen to, without the audit of policies.
    counted = [
        each["Properties"]
        for each in resources
        if each["Type"] == "AWS::CloudWatch::Alarm"
        and (each.get("Condition") in (None, "CoverageIsOn") or "HasSilenceHours" in each["Condition"])
    ]
    on_queries = sum("Metrics" in alarm for alarm in counted)
    assert assumed(inputs, "query_alarms") == on_queries
    assert assumed(inputs, "alarms") == len(counted) - on_queries


def test_the_memory_is_that_of_the_template(inputs):
    template = yaml.safe_load(stack.TEMPLATE.read_text())
    assert int(template["Parameters"]["MemorySize"]["Default"]) == assumed(inputs, "memory_mb")
    assert int(template["Parameters"]["CoverageMemorySize"]["Default"]) == assumed(inputs, "coverage_memory_mb")


def test_the_metrics_are_those_that_a_function_reports(inputs):
    declared = re.search(r"impl Invocation.*?METRICS.*?&\[(.*?)\];", REPORTS, re.DOTALL)[1]
    assert declared.count("Unit::") == assumed(inputs, "metrics_per_function")
    declared = re.search(r"impl CoverageReport.*?METRICS.*?&\[(.*?)\];", REPORTS, re.DOTALL)[1]
    assert declared.count("Unit::") == assumed(inputs, "coverage_metrics")


@pytest.mark.parametrize(("count", "events"), [(200, 1), (50, 10), (20, 100), (4, 1000)])
def test_what_is_stored_and_streamed_is_roughly_what_is_measured(mailtrail, tmp_path, inputs, count, events):
    samples.write(tmp_path / "payloads", "costs", count, events)
    stream = tmp_path / "stream.ndjson"
    options = ("--archive", tmp_path / "archive", "--stream", f"file://{stream}")
    mailtrail.run("ingest", "--json", *options, tmp_path / "payloads").expect(programs.DONE)
    objects = list((tmp_path / "archive").glob("*/region=*/**/*.gz"))
    records = list((tmp_path / "archive").glob("*/region=*/**/*.zst"))

    def model(name):
        return assumed(inputs, name) + assumed(inputs, f"{name}_per_event") * events

    def measured(files):
        return sum(file.stat().st_size for file in files) / count

    assert measured(objects + records) <= model("stored_bytes") * (1 + ROUGHLY)
    assert measured(records) <= model("query_bytes") * (1 + ROUGHLY)
    if events > 1:
        assert measured(objects + records) >= model("stored_bytes") * (1 - ROUGHLY)
        assert measured(records) >= model("query_bytes") * (1 - ROUGHLY)
    assert len(records) / count <= min(events, assumed(inputs, "classes_per_invocation"))
    assert stream.stat().st_size / count / events == pytest.approx(assumed(inputs, "record_bytes"), rel=0.05)
