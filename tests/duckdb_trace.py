"""The list of `mailtrail trace` in SQL, by DuckDB: how long it takes, for `cargo xtask bench --only trace`.

    python duckdb_trace.py ARCHIVE FIRST_DAY LAST_DAY

The days are as in the names of partitions: 20261101. Prints one JSON object.
"""

import json
import os
import resource
import sys
import time

import duckdb

import programs

ABOUT = programs.PROJECT / "shared" / "archive" / "store" / "src" / "about"


def main(archive, first_day, last_day):
    os.chdir(archive)
    connection = duckdb.connect()
    started = time.monotonic()
    for name in ["duckdb", "email"]:
        connection.execute((ABOUT / f"{name}.sql").read_text())
    # Macros take no parameters of a prepared statement: the days are digits.
    assert first_day.isdecimal() and last_day.isdecimal()
    (recipients,) = connection.execute(f"SELECT count(*) FROM email_trace('{first_day}', '{last_day}', '')").fetchone()
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": round(seconds, 2), "recipients": recipients, "peak_mib": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
