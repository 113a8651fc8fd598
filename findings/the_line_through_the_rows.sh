#!/usr/bin/env bash
# Question  A meter is read every ten minutes, seven seconds after; power climbs in a straight line from 0 to 600 kW within an hour. What was it at
#           ten past, by the usual `resample("5min").interpolate()`? And half way through eight hours in which another meter was silent?
# Guess     98.8 kW, on the line between the readings, for the index is time; and likewise.
# Seen      pandas 3.1.1: 66.7 kW at ten past, a third less, and 33.3 at five past instead of 48.8. "linear" goes by the row: between two
#           readings lie two wanted times, so they get one and two thirds, wherever in time they stand. With method="time" it
#           is 98.8. A meter that reports when something changes (100 kW at 0:00, asked at 0:01 and 0:02, 1,000 kW at 8:00): 400
#           and 700 kW instead of 101.9 and 103.8. polars 2.1.0 `interpolate` the same, `interpolate_by` right; DuckDB 2.0.1
#           `fill(... ORDER BY t)` right. Both documentations say so in a line ("ignore the index").
# Matters   Ramps of a site, ride-through and demand of a quarter hour come from such series: here the first quarter of a meter's
#           hour is 32 % low, by how the readings lie to the clock and not by their error.
# Here      A run's tables hold means over their period (twin's meter integrates exactly), and weather between two rows goes by time:
#           tests/unit/test_tariff.py, tests/contracts/test_weather_files.py.
source "$(dirname "$0")/run_in.sh"
run_in pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 numpy==2.4.6 pyarrow==26.0.1 <<'PYTHON'
import duckdb
import numpy as np
import pandas as pd
import polars as pl

read = pd.Series(100.0 * np.arange(7), pd.date_range("2026-01-01 00:00:07", periods=7, freq="10min"))
by_row = read.resample("5min").interpolate()
by_time = read.resample("5min").interpolate("time")
at = ["2026-01-01 00:05", "2026-01-01 00:10"]
print("five and ten past, by row", by_row[at].round(1).tolist(), "by time", by_time[at].round(1).tolist())

moments = pd.to_datetime(["2026-01-01 00:00", "2026-01-01 00:01", "2026-01-01 00:02", "2026-01-01 08:00"])
silent = pd.Series([100.0, np.nan, np.nan, 1000.0], moments)
readings = pl.DataFrame({"t": moments.to_numpy(), "kw": [100.0, None, None, 1000.0]})
readers = {
    "pandas": silent.interpolate().tolist(),
    "polars": readings["kw"].interpolate().to_list(),
    "pandas by time": silent.interpolate("time").tolist(),
    "polars by": readings.select(pl.col("kw").interpolate_by("t"))["kw"].to_list(),
    "DuckDB": [row[0] for row in duckdb.sql("SELECT fill(kw ORDER BY t) OVER (ORDER BY t) FROM readings").fetchall()],
}
for name, values in readers.items():
    print(name, [round(value, 1) for value in values])
rows = np.allclose(by_row[at], [100 / 3, 200 / 3]) and np.allclose(by_time[at], [48.83, 98.83], atol=0.01)
gaps = [round(values[1], 1) for values in readers.values()]
raise SystemExit(not (rows and gaps == [400.0, 400.0, 101.9, 101.9, 101.9]))
PYTHON
