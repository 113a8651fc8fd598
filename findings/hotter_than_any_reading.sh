#!/usr/bin/env bash
# Question  Five racks stand in one parquet file at 20, 95, not-a-number, not-a-number and 30 degC; two had no sensor. Do
#           four readers agree on how many are above 90 degC, and above 96?
# Guess     One, and none: what is not a number is above nothing.
# Seen      pandas 3.1.1 and pyarrow 26.0.1 say 1 and 0. polars 2.1.0 says 3 and 2: there, not-a-number is above every
#           number. DuckDB 2.0.1 says 3 and 0 with WHERE, and 3 and 2 where the same condition stands in a FILTER: a WHERE is
#           first held against the file's own statistics, which leave not-a-number out, so the racks without a sensor come
#           back only where a rack of their row group is hot enough. Its maximum is 95.0 asked alone, nan beside a mean.
#           Written as null, all say 1 and 0.
# Matters   "Which devices are above their rating" returns those that have no rating, and whether it does hangs on who else
#           was written into the same part of the file.
# Here      twin's tables held not-a-number where a number is missing (rating of a feed, end of a job that runs on). They
#           hold null: tests/unit/test_missing_numbers.py asks the three readers' question of result and study tables.
source "$(dirname "$0")/run_in.sh"
run_in pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1 numpy==2.4.6 <<'PYTHON'
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

DEGC = np.array([20.0, 95.0, np.nan, np.nan, 30.0])


def counts(file, limit):
    where = f"SELECT count(*) FROM '{file}' WHERE degc > {limit}"
    in_filter = f"SELECT count(*) FILTER (WHERE degc > {limit}) FROM '{file}'"
    return {
        "pandas": int((pd.read_parquet(file).degc > limit).sum()),
        "pyarrow": ds.dataset(file).to_table(filter=ds.field("degc") > limit).num_rows,
        "polars": pl.scan_parquet(file).filter(pl.col.degc > limit).collect().height,
        "DuckDB WHERE": duckdb.sql(where).fetchall()[0][0],
        "DuckDB FILTER": duckdb.sql(in_filter).fetchall()[0][0],
    }


seen = {}
for name, nulls in (("nan", False), ("null", True)):
    pq.write_table(pa.table({"degc": pa.array(DEGC, from_pandas=nulls)}), f"{name}.parquet")
    for limit in (90, 96):
        seen[name, limit] = counts(f"{name}.parquet", limit)
        print(f"{name:4} above {limit}: {seen[name, limit]}")
alone = duckdb.sql("SELECT max(degc) FROM 'nan.parquet'").fetchall()[0][0]
beside = duckdb.sql("SELECT max(degc), avg(degc) FROM 'nan.parquet'").fetchall()[0][0]
print(f"hottest rack in DuckDB: {alone}, and {beside} where the mean is asked for with it")
as_stated = (
    list(seen["nan", 90].values()) == [1, 1, 3, 3, 3]
    and list(seen["nan", 96].values()) == [0, 0, 2, 0, 2]
    and set(seen["null", 90].values()) == {1}
    and set(seen["null", 96].values()) == {0}
    and alone == 95.0
    and np.isnan(beside)
)
raise SystemExit(not as_stated)
PYTHON
