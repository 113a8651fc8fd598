#!/usr/bin/env bash
# Question  A meter says 600 kW for an hour. A script turns times into whole numbers (`astype("int64")`), divides by 1e9, as it has for ten years, and integrates. What is the
#           energy, from a file whose times have seconds and from one whose times have nine decimals?
# Guess     600 kWh from both: times are counted in nanoseconds.
# Seen      pandas 3.1.1: 0.6 and 600 kWh. Times are kept in microseconds now where nobody asks for more, and one time with nine decimals among
#           all makes the whole column nanoseconds. Of one moment `astype("int64")` is a thousandth of `.value`; seconds since 1970 as 0
#           are microseconds, as 0.5 nanoseconds. pandas 2.3.3: nanoseconds everywhere. That the default changed stands in the
#           notes of 3.0; no warning is given, and a difference over a number of the same kind is right in either.
# Matters   A bill or a mean power that is a thousandth is seen. Two meters of one site, one of them with fine times, add up to a sum in which
#           one of them hardly counts.
# Here      twin reads times itself, in seconds as floats (twin/scenario/series/csv_rows.py), and its tables hold `time_s`: no
#           table has a column of times (docs/reference/tables.md).
source "$(dirname "$0")/run_in.sh"
run_in pandas==3.1.1 numpy==2.4.6 <<'PYTHON'
import io

import numpy as np
import pandas as pd


def energy_kwh(times):
    file = "time,kw\n" + "".join(f"{time},600\n" for time in times)
    table = pd.read_csv(io.StringIO(file), parse_dates=["time"])
    second = table["time"].astype("int64") / 1e9
    return table["time"].dtype, float(np.trapezoid(table["kw"], second) / 3600)


plain = [f"2026-01-01T00:{minute:02d}:00" for minute in range(0, 60, 5)] + ["2026-01-01T01:00:00"]
fine = [f"{time}.000000000" for time in plain]
seen = [energy_kwh(plain), energy_kwh(fine)]
for name, (kind, kwh) in zip(("seconds", "nine decimals"), seen):
    print(f"{name}: {kind}, {kwh:.1f} kWh")
moment = pd.date_range("2026-01-01", periods=1)
ratio = moment[0].value / moment.astype("int64")[0]
whole = [str(pd.to_datetime([count], unit="s").dtype) for count in (0, 0.5)]
print(f"one moment: .value is {ratio:.0f} times astype; 0 and 0.5 s after 1970 are {whole}")
same = np.allclose([kwh for _, kwh in seen], [0.6, 600.0])
raise SystemExit(not (same and ratio == 1000 and whole == ["datetime64[us]", "datetime64[ns]"]))
PYTHON
