"""What the stack costs in a month, from events a day: a model of few lines, whose inputs are in costs.json.

    python3 infra/costs.py [EVENTS_A_DAY]...

prints the tables of the README, or those of other numbers. Fill in a price that is null, and it is counted.
"""

import json
import math
import sys
from pathlib import Path

INPUTS = Path(__file__).with_name("costs.json")
GB = 1024**3
TB = 1024**4
DAY = 24 * 3600
# https://docs.aws.amazon.com/firehose/latest/dev/limits.html
FIREHOSE_STEP = 5 * 1024
# A query is charged for this much at least. https://athena.guide/articles/athena-basics-pricing-model
ATHENA_LEAST = 10 * 1024**2

# Column of the table → the amounts whose prices it adds up.
COLUMNS = {
    "Lambda": ("lambda_requests", "lambda_gb_seconds"),
    "S3 PUT": ("s3_puts",),
    "S3 storage": ("s3_gb_months",),
    "logs": ("logs_gb",),
    "metrics, alarms, dashboard": ("metrics", "alarms", "dashboards"),
    "SNS": ("mails",),
    "Athena": ("athena_tb", "s3_gets"),
    "coverage": ("insights_gb", "coverage_gets", "coverage_gb_seconds"),
}
# What only some have, or whose price is not known: shown apart from the sum.
APART = ("query_alarms", "firehose_gb", "firehose_conversion_gb")


def amounts(events_a_day, inputs):
    """How much of everything a month takes: an amount for each price, in what the price is counted in."""
    its = {name: assumption["value"] for name, assumption in inputs["assumptions"].items()}
    events = min(max(events_a_day / DAY * its["gathering_seconds"], 1), its["most_events"])
    invocations_a_day = events_a_day / events
    invocations = invocations_a_day * inputs["days_of_a_month"]
    classes = min(events, its["classes_per_invocation"])
    seconds = (its["milliseconds"] + its["milliseconds_per_event"] * events) / 1000
    stored = its["stored_bytes"] + its["stored_bytes_per_event"] * events
    logged = its["log_bytes"] + its["log_bytes_per_class"] * classes
    read_by_query = invocations_a_day * its["query_days"]
    compared = invocations * its["comparisons"]
    gets = compared * its["days_read"]
    scanned = read_by_query * (its["query_bytes"] + its["query_bytes_per_event"] * events)
    # The events of an invocation go to a stream in one record, side by side.
    record = math.ceil(events * its["record_bytes"] / FIREHOSE_STEP) * FIREHOSE_STEP
    streamed = invocations * record / GB
    return {
        "lambda_requests": invocations,
        "lambda_gb_seconds": invocations * seconds * its["memory_mb"] / 1024,
        "s3_puts": invocations * (1 + classes),
        "s3_gb_months": invocations * stored / GB * its["archive_months"],
        "logs_gb": invocations * logged / GB,
        "metrics": its["functions"] * its["metrics_per_function"] + its["classes"] + its["coverage_metrics"],
        "alarms": its["alarms"],
        "query_alarms": its["query_alarms"],
        "dashboards": 1,
        "mails": its["mails"],
        "athena_tb": its["queries"] * max(scanned, ATHENA_LEAST) / TB,
        "s3_gets": its["queries"] * read_by_query * classes,
        "insights_gb": compared * events * its["logged_bytes_per_event"] / GB,
        "coverage_gets": gets,
        "coverage_gb_seconds": gets / its["gets_a_second"] * its["coverage_memory_mb"] / 1024,
        "firehose_gb": streamed,
        "firehose_conversion_gb": streamed,
    }


def dollars(amount, price):
    """What an amount costs, or None where the price was not looked up."""
    return None if price["usd"] is None else amount / price["per"] * price["usd"]


def costs(events_a_day, inputs):
    """Dollars a month by column of the table."""
    taken = amounts(events_a_day, inputs)
    prices = inputs["prices"]
    return {
        column: sum(dollars(taken[name], prices[name]) for name in names) for column, names in COLUMNS.items()
    }


def table(events_a_day, inputs):
    """The worked example: a line for each number of events a day."""
    lines = [["events a day", *COLUMNS, "sum", "apart: alarms on queries", "apart: Firehose, Parquet"]]
    for events in events_a_day:
        by_column = costs(events, inputs)
        taken = amounts(events, inputs)
        alarms, stream, conversion = (_apart(name, taken, inputs["prices"]) for name in APART)
        sums = [f"${each:,.2f}" for each in (*by_column.values(), sum(by_column.values()))]
        lines.append([f"{events:,}", *sums, alarms, " + ".join((stream, conversion))])
    return _markdown(lines)


def price_table(inputs):
    """The prices, and where they are from."""
    lines = [["price", "for one", "AWS's page", "seen"]]
    for price in inputs["prices"].values():
        known = price["usd"] is not None
        seen = price["seen"] if price["seen"] in (None, "there") else f"second hand: <{price['seen']}>"
        lines.append(
            [
                f"${price['usd']:.10f}".rstrip("0").rstrip(".") if known else "fill in",
                price["unit"],
                f"<{price['page']}>",
                seen or "not checked",
            ]
        )
    return _markdown(lines)


def assumption_table(inputs):
    """The assumptions, and where they are from."""
    lines = [["name", "value", "what it is", "from"]]
    for name, its in inputs["assumptions"].items():
        lines.append([f"`{name}`", f"{its['value']:,}", its["about"], its["from"]])
    return _markdown(lines)


def _apart(name, taken, prices):
    cost = dollars(taken[name], prices[name])
    if cost is not None:
        return f"${cost:,.2f}"
    return f"{taken[name]:,.2f} GB" if name.endswith("_gb") else f"{taken[name]}"


def _markdown(lines):
    head, *rest = ["| " + " | ".join(cells) + " |" for cells in lines]
    return "\n".join([head, "|" + "---|" * len(lines[0]), *rest])


def main():
    """Prints the tables."""
    inputs = json.loads(INPUTS.read_text())
    events_a_day = [int(argument) for argument in sys.argv[1:]] or inputs["examples"]
    print(table(events_a_day, inputs), price_table(inputs), assumption_table(inputs), sep="\n\n")


if __name__ == "__main__":
    main()
