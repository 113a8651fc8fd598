#!/usr/bin/env bash
# Question  A log has the start and the end of 2,000 repairs (30 h on average) and of 2,000 fan lives (3.57 years, wearing out). How long are they by
#           datetimes_to_durations, which makes durations for survival fits of two columns of dates?
# Guess     As long as they are: the answer is in floats, so 30 h are 1.25 days and 1.9 years are 1.9.
# Seen      lifelines 0.30.3: whole units, cut off and not rounded, in floats. The mean repair is 0.82 days (20 h) with the default unit, a day, and 55 % of the
#           repairs took 0.0. A fan that failed on the last day of its second year lived 1.0; the mean of all is 3.07 years by the year, 3.53 by the
#           month, 3.57 by the day, and half have failed after 3.0 years instead of 3.54. By the hour, repairs are 29.5 h. No warning; only
#           a fit that cannot take 0 refuses, and advises to add a small number.
# Matters   A third of every repair is gone from an availability: ten failures a year are 197 h of outage, and not 300. Lives by the year order 16 % too many
#           spare fans.
# Here      No module of twin fits survival to dates or uses the package; repairs are seconds in every table and time scale.
source "$(dirname "$0")/run_in.sh"
run_in lifelines==0.30.3 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1 <<'PYTHON'
import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from lifelines.utils import datetimes_to_durations

COUNT = 2000
ranks = (np.arange(COUNT) + 0.5) / COUNT
starts = pd.DatetimeIndex(["2010-01-01"] * COUNT)
repairs_h = -30 * np.log(1 - ranks)
lives_y = 4 * (-np.log(1 - ranks)) ** (1 / 3)


def durations(hours, **unit):
    ends = starts + pd.to_timedelta(hours, "h")
    made, failed = datetimes_to_durations(starts, ends, fill_date="2060-01-01", **unit)
    assert failed.all()
    return made


repairs = {unit or "default": durations(repairs_h, **({"freq": unit} if unit else {})) for unit in ("", "h")}
lives = {unit: durations(lives_y * 8765.82, freq=unit) / per for unit, per in (("Y", 1), ("M", 12), ("D", 365.2425))}
halves = {unit: float(KaplanMeierFitter().fit(made).median_survival_time_) for unit, made in lives.items()}
short = datetimes_to_durations(["2022-01-01"], ["2023-12-31"], freq="Y")[0].tolist()
seen = {
    "mean repair, h": round(float(repairs_h.mean()), 1),
    "by default, days": round(float(repairs["default"].mean()), 2),
    "of no length": round(float((repairs["default"] == 0).mean()), 2),
    "by the hour, h": round(float(repairs["h"].mean()), 1),
    "mean life, years": round(float(lives_y.mean()), 2),
    "lives": {unit: round(float(made.mean()), 2) for unit, made in lives.items()},
    "half of them": {unit: round(half, 2) for unit, half in halves.items()},
    "to the end of its second year": short,
}
print(seen)
stated = [30.0, 0.82, 0.55, 29.5, 3.57, {"Y": 3.07, "M": 3.53, "D": 3.57}, {"Y": 3.0, "M": 3.5, "D": 3.54}, [1.0]]
raise SystemExit(list(seen.values()) != stated)
PYTHON
