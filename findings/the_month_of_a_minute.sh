#!/usr/bin/env bash
# Question  Messages of the grid and of buildings give spans by ISO 8601: PT15M a quarter of an hour, P1M a month, P1Y a year. How many
#           seconds are they?
# Guess     Expected, by hand: 900, and for a month 28 to 31 days, or a refusal, as its length hangs on where it begins.
# Seen      PT15M is 900 s in three. P1M is 60 s in pandas 3.1.1 (an M is a minute on either side of the T; P1Y is refused), and 0 s in isodate
#           0.7.2, whose total_seconds() leaves months and years out without a word: P1M2D is two days, P1Y nothing. aniso8601 10.0.1 says
#           30 days and 365.
# Matters   A demand charge by month or a contract of a year is one of a minute or of none: power divided by nothing, or 43,200 times the rate.
# Here      twin's spans are numbers with a unit, and P1M is refused with what is allowed: tests/unit/test_units.py.
source "$(dirname "$0")/run_in.sh"
run_in pandas==3.1.1 isodate==0.7.2 aniso8601==10.0.1 numpy==2.4.6 <<'PYTHON'
import aniso8601
import isodate
import pandas as pd

SPANS = ("PT15M", "P1M", "P1M2D", "P1Y")
WAYS = {
    "pandas": lambda text: pd.Timedelta(text).total_seconds(),
    "isodate": lambda text: isodate.parse_duration(text).total_seconds(),
    "aniso8601": lambda text: aniso8601.parse_duration(text).total_seconds(),
}


def seconds(way, text):
    try:
        return way(text)
    except ValueError:
        return "refused"


seen = {name: [seconds(way, text) for text in SPANS] for name, way in WAYS.items()}
for name, found in seen.items():
    print(f"{name:12} " + ", ".join(f"{text} {value}" for text, value in zip(SPANS, found)))
day = 86400.0
stated = {
    "pandas": [900, 60, 2 * day + 60, "refused"],
    "isodate": [900, 0, 2 * day, 0],
    "aniso8601": [900, 30 * day, 32 * day, 365 * day],
}
raise SystemExit(seen != stated)
PYTHON
