#!/usr/bin/env bash
# Question  A site in Berlin draws 2 MW from midnight to eight, 10 MW to four in the afternoon and 5 MW to midnight, every day of 2026, in hourly rows with a time zone. What do
#           its three shifts use in the year, cut into bins of eight hours? And how many bins of a day or of 24 hours begin at another hour than midnight?
# Guess     Expected, by hand: 5,840 MWh, 29,200 and 14,600; the clock changes in the night, once forth and once back. None.
# Seen      One file, three answers. pandas 3.1.1 floor and polars 2.1.0 truncate: as by hand. pandas resample("8h") and polars group_by_dynamic: 7,520 MWh at night. They go
#           on in hours from the first midnight of the file, so that from 29 March to 25 October each "night" is from one to nine; of a file that
#           begins in July summer is right, and the nights of winter are from eleven to seven. DuckDB 2.0.1 time_bucket: 10,440 MWh, one to nine in winter
#           and two to ten in summer, in a session whose zone is Berlin too. It counts from midnight in UTC, and so do its buckets of one
#           day: not one of 366 begins at midnight. pandas' "D" and polars' "1d" are days of the calendar, their "24h" are not, 210 times a year.
#           Nothing is said, and the three shifts still add up to the year's total.
# Matters   Bills and demands by shift, and by day in DuckDB, are of other hours than their label says; one month is billed otherwise by the month
#           in which its file begins.
# Here      Windows of tariffs and days go by the clock of the site's zone: tests/contracts/test_local_clocks.py. twin cuts no bins of hours from dates.
source "$(dirname "$0")/run_in.sh"
run_in pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1 numpy==2.4.6 tzdata==2026.6 pytz==2026.6 <<'PYTHON'
import duckdb
import pandas as pd
import polars as pl

ZONE = "Europe/Berlin"
MW = [2.0] * 8 + [10.0] * 8 + [5.0] * 8


def series(first, last):
    hours = pd.date_range(first, last, freq="h", tz=ZONE, inclusive="left")
    return pd.Series([MW[hour] for hour in hours.hour], index=hours, name="mw")


def frame(power):
    rows = pl.DataFrame({"t": power.index.tz_convert("UTC").tz_localize(None).to_list(), "mw": power.to_list()})
    return rows.with_columns(pl.col("t").dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE))


def by_duckdb(power, width, more=""):
    session = duckdb.connect()
    session.execute(f"set timezone = '{ZONE}'")
    rows = frame(power).with_columns(pl.col("t").dt.convert_time_zone("UTC")).to_arrow()  # noqa: F841
    cut = f"time_bucket(interval '{width}', t{more})"
    return session.sql(f"select {cut} as b, sum(mw) from rows group by 1 order by 1").fetchall()


def by_pandas(power, width):
    return list(power.resample(width).sum().items())


def by_floor(power, width):
    return list(power.groupby(power.index.floor(width, ambiguous=True)).sum().items())


def by_polars(power, width):
    return frame(power).group_by_dynamic("t", every=width).agg(pl.col("mw").sum()).rows()


def by_truncate(power, width):
    return frame(power).group_by(pl.col("t").dt.truncate(width)).agg(pl.col("mw").sum()).sort("t").rows()


def shifts(bins):
    """MWh of the year by the shift in which the first hour of each bin lies."""
    total = [0.0, 0.0, 0.0]
    for start, mwh in bins:
        total[start.hour // 8] += mwh
    return [round(mwh) for mwh in total]


def not_at_midnight(bins):
    return sum(start.hour != 0 for start, _ in bins)


WAYS = {
    "pandas resample": (by_pandas, ("8h", "D", "24h")),
    "pandas floor": (by_floor, ("8h", "D", "24h")),
    "polars group_by_dynamic": (by_polars, ("8h", "1d", "24h")),
    "polars truncate": (by_truncate, ("8h", "1d", "24h")),
    "DuckDB time_bucket": (by_duckdb, ("8 hours", "1 day", "24 hours")),
}
year = series("2026-01-01", "2027-01-01")
seen = {}
for name, (way, (eight, day, hours)) in WAYS.items():
    seen[name] = (shifts(way(year, eight)), not_at_midnight(way(year, day)), not_at_midnight(way(year, hours)))
    print(f"{name:24} {seen[name][0]} MWh, off midnight: {seen[name][1]} bins of a day, {seen[name][2]} of 24 h")
july = [f"{start:%H:%M}" for start, _ in by_pandas(series("2026-07-01", "2026-12-02"), "8h")][-4:]
print(f"pandas resample of a file from July, in December: {july}")
by_clock = ([5840, 29200, 14600], 0, 0)
by_hours = ([7520, 28150, 13970], 0, 210)
stated = {name: by_clock if name.endswith(("floor", "truncate")) else by_hours for name in WAYS}
stated["DuckDB time_bucket"] = ([10440, 26325, 12875], 366, 366)
raise SystemExit(seen != stated or "23:00" not in july)
PYTHON
