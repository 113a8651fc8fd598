#!/usr/bin/env bash
# Question  A meter's quarter hours are priced by the hour on the night the clocks go back in Berlin: 1 MW steady, 100 EUR/MWh, and
#           1,000 EUR/MWh in the first of the two hours that are called two o'clock. What does the night and day cost?
# Guess     3,400 EUR with any reader: 25 hours, each quarter in the hour it lies in, for the times carry their offset.
# Seen      pandas 2.3.3 and polars 2.1.0 say 3,400. DuckDB 2.0.1 says 2,500 with date_trunc('hour', time), 3,400 with time_bucket of one
#           hour, and 3,400 with date_trunc again once the session's TimeZone is UTC. date_trunc puts both hours into the second: eight
#           quarters there, none in the first, whose price is lost by the join without a row too many or too few. PostgreSQL
#           keeps the two apart (as told in RisingWave issue 12072, which had the same and was mended).
# Matters   A bill, a carbon account or a demand in kWh an hour depends on where the laptop stands: the zone is that of the machine unless
#           somebody sets it. Once a year the hour of the fold carries twice its energy, and may be the peak.
# Here      Both hours are kept where times state their offset. Without it twin took every row after a spring night an hour late in
#           silence; that is told at its line now, and the hour that stands twice is refused with its cure:
#           tests/contracts/test_local_clocks.py.
source "$(dirname "$0")/run_in.sh"
run_in duckdb==2.0.1 polars==2.1.0 pandas==2.3.3 pyarrow==26.0.1 numpy==2.4.6 pytz==2026.6 <<'PYTHON'
import duckdb
import numpy as np
import pandas as pd
import polars as pl

NIGHT = {"start": "2026-10-24 22:00", "end": "2026-10-25 23:00", "tz": "UTC", "inclusive": "left"}
quarters = pd.date_range(freq="15min", **NIGHT).tz_convert("Europe/Berlin")
hours = pd.date_range(freq="h", **NIGHT).tz_convert("Europe/Berlin")
meter = pd.DataFrame({"time": quarters, "mwh": 0.25})
price = pd.DataFrame({"hour": hours, "eur": np.where(np.arange(25) == 2, 1000.0, 100.0)})


def by_duckdb(hour, zone="Europe/Berlin"):
    duckdb.sql(f"SET TimeZone = '{zone}'")
    both = f"FROM meter JOIN price ON {hour} = price.hour"
    return duckdb.sql(f"SELECT count(*), sum(mwh * eur) {both}").fetchall()[0]


def by_polars():
    read = pl.from_pandas(meter).with_columns(hour=pl.col.time.dt.truncate("1h"))
    both = read.join(pl.from_pandas(price), on="hour")
    return both.height, (both["mwh"] * both["eur"]).sum()


def by_pandas():
    both = pd.merge_asof(meter, price, left_on="time", right_on="hour")
    return len(both), float((both.mwh * both.eur).sum())


TRUNC = "date_trunc('hour', meter.time)"
seen = {
    "pandas": by_pandas(),
    "polars": by_polars(),
    "DuckDB time_bucket": by_duckdb("time_bucket(INTERVAL 1 hour, meter.time)"),
    "DuckDB date_trunc in UTC": by_duckdb(TRUNC, "UTC"),
    "DuckDB date_trunc in Berlin": by_duckdb(TRUNC),
}
for name, (rows, eur) in seen.items():
    print(f"{name:28} {rows} quarters, {eur:,.0f} EUR")
most = duckdb.sql("SELECT max(n) FROM (SELECT count(*) AS n FROM meter GROUP BY date_trunc('hour', time))").fetchall()[0][0]
print(f"quarters in the fullest hour: {most}")
*right, folded = seen.values()
raise SystemExit(not (set(right) == {(100, 3400.0)} and folded == (100, 2500.0) and most == 8))
PYTHON
