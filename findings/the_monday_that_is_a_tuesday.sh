#!/usr/bin/env bash
# Question  Backups are cut over to generators by the line "0 3 * * 1", in a second plan by "0 3 1 * 1", and nightly by "30 1 * * *" in New York. When,
#           by three schedulers that read crontab lines?
# Guess     Mondays at 03:00; the first of the month and Mondays, or the first of the month where it is a Monday, but alike; once a night.
# Seen      croniter 7.0.0 and cronsim 2.8: Mondays; and "0 3 1 * 1" is each first of the month and each Monday, 63 times in 2026.
#           APScheduler 3.11.3 (CronTrigger.from_crontab): Tuesdays, as it counts days from Monday = 0 where crontab counts from
#           Sunday; "0 3 1 * 1" is a first that is a Tuesday, 2 times. "1-5" is Tuesday to Saturday there, "mon" is Monday.
#           In the night in which clocks go back croniter runs "30 1 * * *" twice, an hour apart, cronsim once.
#           "0 3 */2 * 1" (Mondays of odd days) is 212 runs in croniter and 26 in cronsim: one takes a star with
#           a step for a stated day, the other for a star.
# Matters   Tests meant for the quiet night stand on the day after, weekdays lose Monday and win Saturday, and a plan of 63 exercises
#           is one of two.
# Here      twin takes instants or rates, and no crontab lines; each exercise stands in its drill sheet with its time of day:
#           tests/relations/test_planned_transfers.py.
source "$(dirname "$0")/run_in.sh"
run_in croniter==7.0.0 cronsim==2.8 apscheduler==3.11.3 python-dateutil==4.0.0 tzdata==2026.6 <<'PYTHON'
import datetime as dt
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from croniter import croniter
from cronsim import CronSim

UTC = dt.timezone.utc
ZONE = ZoneInfo("America/New_York")
YEAR = (dt.datetime(2026, 1, 1, tzinfo=UTC), dt.datetime(2027, 1, 1, tzinfo=UTC))


def until(ticks, end):
    found = []
    for tick in ticks:
        if tick >= end:
            return found
        found.append(tick)


def by_croniter(line, start, end):
    ticks = croniter(line, start - dt.timedelta(seconds=1))
    return until(iter(lambda: ticks.get_next(dt.datetime), None), end)


def by_cronsim(line, start, end):
    return until(CronSim(line, start - dt.timedelta(seconds=1)), end)


def by_apscheduler(line, start, end):
    trigger, found, now = CronTrigger.from_crontab(line, UTC), [], start
    while (tick := trigger.get_next_fire_time(None, now)) and tick < end:
        found.append(tick)
        now = tick + dt.timedelta(seconds=1)
    return found


WAYS = {"croniter": by_croniter, "cronsim": by_cronsim, "APScheduler": by_apscheduler}
seen = {}
for line in ("0 3 * * 1", "0 3 1 * 1", "0 3 */2 * 1", "0 3 * * 1-5", "0 3 * * mon"):
    for name, way in WAYS.items():
        ticks = way(line, *YEAR)
        days = sorted({tick.weekday() for tick in ticks})
        seen[line, name] = (len(ticks), "".join(str(day + 1) for day in days))
        print(f"{line:12} {name:12} {len(ticks):3} runs, days {seen[line, name][1]} (1 is Monday)")
night = (dt.datetime(2026, 11, 1, 0, tzinfo=ZONE), dt.datetime(2026, 11, 1, 12, tzinfo=ZONE))
twice = {name: [f"{tick:%H:%M %Z}" for tick in WAYS[name]("30 1 * * *", *night)] for name in ("croniter", "cronsim")}
print(f"the night of 1 November: {twice}")
week, work, tuesday = "1234567", "12345", "2"
stated = {
    "0 3 * * 1": [(52, "1"), (52, "1"), (52, tuesday)],
    "0 3 1 * 1": [(63, week), (63, week), (2, tuesday)],
    "0 3 */2 * 1": [(212, week), (26, "1"), (27, tuesday)],
    "0 3 * * 1-5": [(261, work), (261, work), (261, "23456")],
    "0 3 * * mon": [(52, "1")] * 3,
}
as_stated = all([seen[line, name] for name in WAYS] == runs for line, runs in stated.items())
nights = {"croniter": ["01:30 EDT", "01:30 EST"], "cronsim": ["01:30 EDT"]}
raise SystemExit(not (as_stated and twice == nights))
PYTHON
