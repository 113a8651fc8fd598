#!/usr/bin/env bash
# Question  Of a hundred requests 95 take 0.2 s and five 30 s. What are the median and the 95th percentile? And of two requests, of 0.2 and 30 s?
# Guess     0.2 and 1.7 s (between the 95th and the 96th), and 15.1 s twice, in pandas, polars, numpy and DuckDB, as by default; and that the
#           50th percentile is the median. (That DuckDB has a discrete one as well was known.)
# Seen      polars 2.1.0: the 95th percentile is 0.2 s, and of the two requests the median is 15.1 s while quantile(0.5), and the "50%" of its
#           describe(), are 30. It takes the nearest of the values where the others draw a line between two. DuckDB 2.0.1 has 1.7 s by
#           quantile_cont and 0.2 by quantile; and its quantile(0.5) of the two is 0.2, its median 15.1. numpy, pandas and pyarrow say 1.7
#           and 15.1.
# Matters   A service meets a limit of 1 s at the 95th percentile in one library and misses it by 70 % in another; bandwidth is billed
#           at the 95th percentile. Two columns of one table, median and 50 %, are not the same.
# Here      twin's percentiles of requests are on numpy's line between values: docs/traces.md.
source "$(dirname "$0")/run_in.sh"
run_in polars==2.1.0 pandas==3.1.1 pyarrow==26.0.1 duckdb==2.0.1 numpy==2.4.6 <<'PYTHON'
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.compute as pc


def told(seconds):
    """95th percentile, 50th, and median by each way."""
    table = pd.DataFrame({"s": seconds})
    duckdb.register("answers", table)
    series = pl.Series("s", seconds)
    (discrete,) = duckdb.sql("SELECT quantile(s, 0.95), quantile(s, 0.5), median(s) FROM answers").fetchall()
    (line,) = duckdb.sql("SELECT quantile_cont(s, 0.95), quantile_cont(s, 0.5), median(s) FROM answers").fetchall()
    found = {
        "numpy": [*np.quantile(seconds, [0.95, 0.5]), np.median(seconds)],
        "pandas": [*table.s.quantile([0.95, 0.5]), table.s.median()],
        "pyarrow": [*pc.quantile(seconds, [0.95, 0.5]).to_pylist(), np.nan],
        "polars": [series.quantile(0.95), series.quantile(0.5), series.median()],
        "DuckDB quantile": discrete,
        "DuckDB quantile_cont": line,
    }
    return {name: np.round(np.array(values, float), 2).tolist() for name, values in found.items()}


hundred, two = told(np.repeat([0.2, 30.0], [95, 5])), told(np.array([0.2, 30.0]))
for name in hundred:
    print(f"{name:21} of a hundred: {hundred[name]}, of two: {two[name]} (95th, 50th, median)")
described = dict(pl.DataFrame({"s": [0.2, 30.0]}).describe().iter_rows())["50%"]
print(f"polars describe() of two: 50% is {described}")
line = ("numpy", "pandas", "DuckDB quantile_cont")
as_stated = (
    all(hundred[name] == [1.69, 0.2, 0.2] and two[name] == [28.51, 15.1, 15.1] for name in line)
    and hundred["polars"] == [0.2, 0.2, 0.2]
    and two["polars"] == [30.0, 30.0, 15.1]
    and two["DuckDB quantile"][1:] == [0.2, 15.1]
    and hundred["DuckDB quantile"][0] == 0.2
    and hundred["pyarrow"][0] == 1.69
    and described == 30.0
)
raise SystemExit(not as_stated)
PYTHON
