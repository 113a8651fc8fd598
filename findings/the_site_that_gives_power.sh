#!/usr/bin/env bash
# Question  10,000 servers read 300,000 W each at one moment, in a column of 32-bit watts; what do they draw together? And what is the
#           mean of a year of seconds at 30 degC in 32-bit floats, made from its sum?
# Guess     3 GW; 30 degC: sums are made in something wider than what is summed.
# Seen      pandas 3.1.1, pyarrow 26.0.1 and DuckDB 2.0.1 say 3,000,000,000 W. polars 2.1.0 says -1,294,967,296 in all of sum,
#           cum_sum, group_by and SQL, without a word; its mean is 300,000. Columns of 8 and 16 bits are widened before they are summed,
#           those of 32 are not (polars issue 13782, open). The sum of the year in group_by is 17.02 a second, for there 32-bit
#           floats are added one by one until nothing is added any more. That is with one thread: with two it was 31.1 to 31.9, another number
#           from run to run, with eight 31.4. Outside of group_by it is 30.0, and the mean is 30.0 in both. numpy 2.4.6
#           has the mean of (second, sensor) along its first axis as 17.02 as well, and of (sensor, second) as 30.0.
# Matters   A total of watts, tokens or joules is plausible up to 2.1 billion and then has another sign; a year's kelvin hours or
#           joules of a site from 32-bit readings are half, or 6 % high, and hang on the cores of the machine. No count shows it.
# Here      twin's tables hold 64 bits in every column of numbers: tests/contracts/test_wide_numbers.py.
source "$(dirname "$0")/run_in.sh"
run_in pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1 numpy==2.4.6 <<'PYTHON'
import os

os.environ["POLARS_MAX_THREADS"] = "1"
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SECONDS = 365 * 24 * 3600
pq.write_table(pa.table({"hall": ["a"] * 10_000, "w": pa.array([300_000] * 10_000, pa.int32())}), "power.parquet")
power = pl.read_parquet("power.parquet")
right = {
    "pandas": int(pd.read_parquet("power.parquet").w.sum()),
    "pyarrow": pc.sum(pq.read_table("power.parquet")["w"]).as_py(),
    "DuckDB": duckdb.sql("SELECT sum(w) FROM 'power.parquet'").fetchall()[0][0],
}
wrong = {
    "sum": power["w"].sum(),
    "cum_sum": power["w"].cum_sum()[-1],
    "group_by": power.group_by("hall").agg(pl.col.w.sum())["w"][0],
    "SQL": pl.SQLContext(power=power).execute("SELECT sum(w) FROM power", eager=True).item(),
}
print(f"{right}; polars {wrong}, mean {power['w'].mean():,.0f}")

year = pl.DataFrame({"hall": np.zeros(SECONDS, np.int8), "degc": np.full(SECONDS, 30.0, np.float32)})
whole = year["degc"].sum() / SECONDS
grouped = year.group_by("hall").agg(pl.col.degc.sum(), mean=pl.col.degc.mean())
two = np.full((SECONDS, 2), 30.0, np.float32)
first, last = two.mean(axis=0)[0], two.T.copy().mean(axis=1)[0]
print(f"a year of 30 degC: polars sum {whole:.2f}, grouped {grouped['degc'][0] / SECONDS:.2f}, its mean {grouped['mean'][0]:.2f};", end=" ")
print(f"numpy along the first axis {first:.2f}, along the last {last:.2f}")
as_stated = set(right.values()) == {3 * 10**9} and set(wrong.values()) == {-1_294_967_296}
sums = np.allclose([whole, grouped["degc"][0] / SECONDS, grouped["mean"][0]], [30, 17.02, 30], atol=0.01)
raise SystemExit(not (as_stated and sums and np.allclose([first, last], [17.02, 30.0], atol=0.01)))
PYTHON
