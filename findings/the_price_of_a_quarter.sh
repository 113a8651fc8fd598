#!/usr/bin/env bash
# Question  Electricity costs 0.07 USD/kWh, kept as an exact decimal of two places, as invoices and parquet files do. What does a
#           kilowatt cost in a quarter of an hour, and what is the mean of 0.07 and 0.06?
# Guess     0.0175 and 0.065 in every library: a decimal is there so that nothing is lost.
# Seen      polars 2.1.0 gives 0.02 for the price divided by 4 and for the price times an hour of 0.25, as both keep the two places of
#           what went in: a year of quarters at one kilowatt costs 701 USD instead of 613, 14 % more. At 0.05 they are 0.01, 20 % less.
#           Its mean is a float and right. pyarrow 26.0.1 and pandas 3.1.1 divide and multiply exactly, but their mean
#           keeps two places: 0.07 for 0.06 and 0.07. DuckDB 2.0.1 gives 0.0175 and 0.065. No library says
#           anything; with the same numbers as floats all four agree.
# Matters   A price column that becomes "exact" makes the bill 14 % dearer, or the mean price 8 % dearer, by which library is asked.
# Here      twin reads prices as double precision and bills by integrals: tests/unit/test_tariff.py.
source "$(dirname "$0")/run_in.sh"
run_in polars==2.1.0 pandas==3.1.1 pyarrow==26.0.1 duckdb==2.0.1 numpy==2.4.6 <<'PYTHON'
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

QUARTERS = 4 * 8760
MONEY = pa.decimal128(10, 2)
table = pa.table(
    {
        "usd": pa.array([Decimal("0.07"), Decimal("0.06"), Decimal("0.05")], MONEY),
        "hours": pa.array([Decimal("0.25")] * 3, MONEY),
    }
)


def by_polars():
    frame = pl.from_arrow(table)
    quarter = frame.select(by_four=pl.col.usd / 4, by_hours=pl.col.usd * pl.col.hours)
    return [*quarter.row(0), quarter["by_four"][2], frame["usd"].head(2).mean()]


def by_pyarrow():
    usd = table["usd"]
    four = pc.divide(usd, pa.scalar(Decimal(4), pa.decimal128(1, 0)))
    return [four[0].as_py(), pc.multiply(usd, table["hours"])[0].as_py(), four[2].as_py(), pc.mean(usd[:2]).as_py()]


def by_pandas():
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    four = frame.usd / 4
    return [four[0], (frame.usd * frame.hours)[0], four[2], frame.usd[:2].mean()]


def by_duckdb():
    (first,) = duckdb.sql("SELECT usd / 4, usd * hours FROM prices WHERE usd = 0.07").fetchall()
    ((third,),) = duckdb.sql("SELECT usd / 4 FROM prices WHERE usd = 0.05").fetchall()
    ((mean,),) = duckdb.sql("SELECT avg(usd) FROM prices WHERE usd > 0.05").fetchall()
    return [*first, third, mean]


duckdb.register("prices", table)
seen = {}
for name, way in (("polars", by_polars), ("pyarrow", by_pyarrow), ("pandas", by_pandas), ("DuckDB", by_duckdb)):
    seen[name] = [float(value) for value in way()]
    four, hours, third, mean = seen[name]
    print(f"{name:8} 0.07 / 4 = {four:.4f}, 0.07 x 0.25 h = {hours:.4f}, 0.05 / 4 = {third:.4f}, mean of 0.07 and 0.06 = {mean:.3f}; a kilowatt year {QUARTERS * four:,.0f} USD")
exact = [0.0175, 0.0175, 0.0125, 0.065]
stated = {
    "polars": [0.02, 0.02, 0.01, 0.065],
    "pyarrow": [*exact[:3], 0.07],
    "pandas": [*exact[:3], 0.07],
    "DuckDB": exact,
}
raise SystemExit(not all(np.allclose(seen[name], stated[name], rtol=0, atol=1e-9) for name in stated))
PYTHON
