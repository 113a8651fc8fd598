#!/usr/bin/env bash
# Question  A site sells reserve by the month: 10 MW in January, 20 in February, up to 60 in June 2026, in the grid's own XML
#           (one period from midnight of 1 January in Brussels, resolution P1M, six points). What has it sold, and when?
# Guess     Expected, by hand: six months, each from its first day at midnight; and days and weeks likewise, also where clocks change.
# Seen      entsoe-py 0.8.1: five. Midnight in Brussels is 23:00 UTC of the day before; from there "a month on" goes to the first of January,
#           and so does "no month on". January's point stands where February's does, and is overwritten; each other one stands on
#           the second of the month before its own: June's 60 MW on 2 May. Of three years by P1Y the second stands on
#           2 December of the first. Days (P1D) and weeks (P7D) after the clocks change begin at 01:00. In Iceland, at UTC, all six are right.
# Matters   What was sold, procured or forecast is a month early, and the first month, often the dearest, is missing from a year's revenue.
# Here      twin reads prices by the instant at which each row begins, with its offset, and takes no periods: tests/unit/test_tariff.py.
source "$(dirname "$0")/run_in.sh"
run_in entsoe-py==0.8.1 pandas==3.1.1 numpy==2.4.6 beautifulsoup4==4.15.0 <<'PYTHON'
from entsoe import parsers

KEY = ("Up", 1)


def document(resolution, start, end, points):
    rows = "".join(
        f"<Point><position>{n}</position><quantity>{10 * n}</quantity>"
        f"<procurement_Price.amount>1</procurement_Price.amount></Point>"
        for n in range(1, points + 1)
    )
    return (
        "<Document><TimeSeries><mRID>1</mRID><businessType>A95</businessType>"
        "<flowDirection.direction>A01</flowDirection.direction><curveType>A01</curveType><Period>"
        f"<timeInterval><start>{start}</start><end>{end}</end></timeInterval>"
        f"<resolution>{resolution}</resolution>{rows}</Period></TimeSeries></Document>"
    )


def sold(zone, *stated):
    """Megawatts by the local time from which they hold."""
    volumes = parsers.parse_procured_balancing_capacity(document(*stated), zone)[KEY]["Volume"]
    return {f"{time.tz_convert(zone):%y-%m-%d %H:%M}": mw for time, mw in volumes.items()}


BRUSSELS = "Europe/Brussels"
months = sold(BRUSSELS, "P1M", "2025-12-31T23:00Z", "2026-06-30T22:00Z", 6)
north = sold("Atlantic/Reykjavik", "P1M", "2026-01-01T00:00Z", "2026-07-01T00:00Z", 6)
years = sold(BRUSSELS, "P1Y", "2023-12-31T23:00Z", "2026-12-31T23:00Z", 3)
days = sold(BRUSSELS, "P1D", "2026-03-27T23:00Z", "2026-03-31T22:00Z", 4)
for name, found in (("months", months), ("at UTC", north), ("years", years), ("days", days)):
    print(f"{name:7} {found}")
as_stated = (
    list(months.values()) == [20, 30, 40, 50, 60]
    and [time[:8] for time in months] == [f"26-{month:02}-02" for month in range(1, 6)]
    and [time[:8] for time in north] == [f"26-{month:02}-01" for month in range(1, 7)]
    and [time[:8] for time in years] == ["24-01-02", "24-12-02", "25-12-02"]
    and [time[9:] for time in days] == ["00:00", "00:00", "01:00", "01:00"]
)
raise SystemExit(not as_stated)
PYTHON
