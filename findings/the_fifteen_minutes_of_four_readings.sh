#!/usr/bin/env bash
# Question  A meter is read every 5 min; one reading is 12 MW, the others 0. What is the largest demand of a window of 15 min?
# Guess     4 MW, three readings, whoever is asked.
# Seen      pandas 2.3.3 (rolling) and polars 1.37.1 (rolling_mean_by) say 4 MW. DuckDB 2.0.1, by RANGE BETWEEN INTERVAL 15 MINUTE PRECEDING AND
#           CURRENT ROW, says 3: that window holds both its ends, four readings of 5 min.
# Matters   A demand charge is the largest such mean: 25 % less here, by the sentence one writes for it in SQL.
# Here      No module of twin asks for such a window in SQL.
source "$(dirname "$0")/run_in.sh"
run_in pandas==2.3.3 polars==1.37.1 duckdb==2.0.1 pyarrow==26.0.1 numpy==2.4.6 <<'PYTHON'
import duckdb
import pandas as pd
import polars as pl

times = pd.date_range("2026-01-01", periods=6, freq="5min")
meter = pd.DataFrame({"time": times, "mw": [0.0, 0, 0, 12, 0, 0]})
window = "range between interval 15 minute preceding and current row"
demand = {
    "pandas": meter.set_index("time")["mw"].rolling("15min").mean().max(),
    "polars": pl.from_pandas(meter).select(pl.col("mw").rolling_mean_by("time", "15m")).max().item(),
    "duckdb": duckdb.sql(f"select avg(mw) over (order by time {window}) as m from meter").df()["m"].max(),
}
print({who: float(value) for who, value in demand.items()})
raise SystemExit(list(demand.values()) != [4.0, 4.0, 3.0])
PYTHON
