#!/usr/bin/env bash
# Question  A cluster's accounting list says that jobs ran for 02:00:00, 1-02:03:04 and 7-00:00:00, as Slurm writes days before the hyphen. What is
#           the mean run of those three by the data-frame library?
# Guess     The second is 26 h 3 min, the mean 65.4 h; or it is refused.
# Seen      pandas 3.1.1 `to_timedelta`: 2, -102.1 and -700 h, a mean of -266.7 h, and no error. Digits are gathered until the colon, and
#           the hyphen among them only sets the sign: "1-02" becomes 102 hours, less than none. 2.3.3 says the same. With a space, as
#           databases write an interval, "1 02:03:04" is 102.1 h. Words help: "1 days 02:03:04" is 26.1 h. DuckDB 2.0.1 refuses both.
#           Slurm writes the hyphen only from a day on, so that a list of short jobs reads well.
# Matters   The longest trainings of a cluster, most of its GPU-hours, count as less than nothing: the load of a hall made of such a list is
#           short of just the jobs that fill it; where a filter drops what is negative, none of them is seen again.
# Here      twin reads sacct itself, days and all: tests/validation/test_job_lists.py.
source "$(dirname "$0")/run_in.sh"
run_in pandas==3.1.1 duckdb==2.0.1 numpy==2.4.6 <<'PYTHON'
import duckdb
import pandas as pd

DAYS = {"02:00:00": 2.0, "1-02:03:04": -102.0511, "7-00:00:00": -700.0, "1 02:03:04": 102.0511, "1 days 02:03:04": 26.0511}


def by_duckdb(text):
    try:
        return duckdb.execute("select cast(? as interval)", [text]).fetchone()[0]
    except duckdb.ConversionException:
        return "refused"


seen = {text: round(pd.to_timedelta(text) / pd.Timedelta(hours=1), 4) for text in DAYS}
for text, hours in seen.items():
    print(f"{text:>16}: {hours:,.1f} h; DuckDB: {by_duckdb(text)}")
ran = pd.to_timedelta(pd.Series(["02:00:00", "1-02:03:04", "7-00:00:00"]))
mean_h = ran.mean() / pd.Timedelta(hours=1)
print(f"mean of the three jobs: {mean_h:,.1f} h")
refused = by_duckdb("1-02:03:04") == by_duckdb("1 02:03:04") == "refused"
raise SystemExit(not (seen == DAYS and refused and round(mean_h, 1) == -266.7))
PYTHON
