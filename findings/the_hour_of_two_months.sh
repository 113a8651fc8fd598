#!/usr/bin/env bash
# Question  A site draws 10 MW in every hour of the year, and 14 in the hour from midnight of 1 August, when its generators are tested. What are the energy
#           and the peak of each month, for a bill?
# Guess     Expected, by hand: 7,440 MWh in months of 31 days, 7,444 in August, 87,604 together. 14 MW in August, 10 in all other months.
# Seen      ladybug-core 0.44.62, total_monthly and percentile_monthly(100) of hourly data of a year: 7,450 MWh in January, 7,454 in July, 87,718 together,
#           and 14 MW in July as well as in August. Each month but December has the first hour of the next one, too; by quarters of an hour
#           the first quarter. group_by_month, average_monthly and percentile_monthly go the same way. The same values with their
#           times beside them (to_discontinuous), by the day (total_daily) and summed over the days (total_daily().total_monthly()) are right.
# Matters   At 20 USD/kW of the month's peak the test is billed twice: 80,000 USD more, in a month in which nothing was tested. Twelve bills
#           pay for 8,771 hours of a year of 8,760. Hourly results of EnergyPlus are read into this class (ladybug.sql).
# Here      A month of twin's bills begins and ends by the calendar, and its peak is its own:
#           tests/validation/test_questions_of_a_cfo.py.
source "$(dirname "$0")/run_in.sh"
run_in ladybug-core==0.44.62 ladybug-geometry==1.35.6 <<'PYTHON'
from ladybug.analysisperiod import AnalysisPeriod
from ladybug.datacollection import HourlyContinuousCollection
from ladybug.datatype.energy import Energy
from ladybug.dt import DateTime
from ladybug.header import Header

TEST = int(DateTime(8, 1).hoy)
drawn_kwh = [10_000.0] * 8760
drawn_kwh[TEST] = 14_000.0
year = HourlyContinuousCollection(Header(Energy(), "kWh", AnalysisPeriod()), drawn_kwh)
beside = year.to_discontinuous()
energy, peak = year.total_monthly().values, year.percentile_monthly(100).values
print("energy of each month:", energy, "together", sum(energy), "of", year.total)
print("peak of each month:", peak)
right = (beside.total_monthly().values, year.total_daily().total_monthly().values)
print("with times beside, and by way of days:", right)
hours = {month: len(values) for month, values in year.group_by_month().items()}
quarters = year.interpolate_to_timestep(4).group_by_month()
print("hours of each month:", hours, "together", sum(hours.values()), "  quarters of January:", len(quarters[1]))
by_hand = tuple(240_000.0 * days + 4000 * (month == 7) for month, days in enumerate([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]))
first_of_next = tuple(drawn_kwh[TEST] if month == 6 else 10_000.0 * (month < 11) for month in range(12))
stated = energy == tuple(a + b for a, b in zip(by_hand, first_of_next)) and set(right) == {by_hand}
stated &= [month for month, most in enumerate(peak, 1) if most == 14_000] == [7, 8] and len(quarters[1]) == 31 * 96 + 1
raise SystemExit(not (stated and sum(hours.values()) == 8771 and beside.percentile_monthly(100).values[6] == 10_000))
PYTHON
