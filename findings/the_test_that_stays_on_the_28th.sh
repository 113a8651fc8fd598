#!/usr/bin/env bash
# Question  Generators are tested every month, the first time on 31 January 2026. How often in that year, and on which days?
# Guess     Twelve times, at the end of each month, in every library.
# Seen      Three answers of six ways. polars 2.1.0 (date_range by "1mo") and python-dateutil 4.0.0 (the first date and n months): twelve, on the
#           last day of each month. pandas 3.1.1 (date_range by DateOffset(months=1)) and DuckDB 2.0.1 (generate_series by a month):
#           twelve, but the day is cut to 28 in February and stays so for the rest of the year. python-dateutil's rrule and
#           croniter 7.0.0 ("0 0 31 * *"): seven, as months without a 31st have none. From 30 January the second two stay on the
#           28th as well, and the last two leave February out.
# Matters   A calendar of upkeep has 12 tests or 7 a year, and billing months that begin on the 31st drift by three days and stay so.
# Here      twin states the instants of exercises and counts calendar months from the first of each: tests/unit/test_tariff.py.
source "$(dirname "$0")/run_in.sh"
run_in pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 python-dateutil==4.0.0 croniter==7.0.0 numpy==2.4.6 <<'PYTHON'
import datetime as dt

import duckdb
import pandas as pd
import polars as pl
from croniter import croniter
from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, rrule

END = dt.datetime(2026, 12, 31)


def by_cron(day):
    ticks = croniter(f"0 0 {day} * *", dt.datetime(2026, 1, 1))
    return [one for one in (ticks.get_next(dt.datetime) for _ in range(12)) if one <= END]


def tests(first):
    series = f"SELECT unnest(generate_series(DATE '{first:%Y-%m-%d}', DATE '2026-12-31', INTERVAL 1 MONTH))"
    return {
        "polars": pl.date_range(first, END, "1mo", eager=True).to_list(),
        "relativedelta": [first + relativedelta(months=n) for n in range(12)],
        "pandas": list(pd.date_range(first, END, freq=pd.DateOffset(months=1))),
        "DuckDB": [row[0] for row in duckdb.sql(series).fetchall()],
        "rrule": list(rrule(MONTHLY, dtstart=first, until=END)),
        "croniter": by_cron(first.day),
    }


LAST = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
seen = {}
for day in (31, 30):
    for name, dates in tests(dt.datetime(2026, 1, day)).items():
        seen[name, day] = [date.day for date in dates]
        print(f"from {day} January, {name:13} {len(dates):2} tests, on {seen[name, day]}")
stays = {31: [31] + [28] * 11, 30: [30] + [28] * 11}
lasts = {31: LAST, 30: [min(day, 30) for day in LAST]}
skips = {31: [31] * 7, 30: [30] * 11}
stated = {"polars": lasts, "relativedelta": lasts, "pandas": stays, "DuckDB": stays, "rrule": skips, "croniter": skips}
raise SystemExit(any(days != stated[name][day] for (name, day), days in seen.items()))
PYTHON
