#!/usr/bin/env bash
# Question  A rate in the form of OpenEI's database charges 10 $ for each kW of every day's peak (demandrateunit "kW daily"); another 10 $ for each hp;
#           a third has a ratchet: at least 80 % of the peaks of June to September count in any month. What does a steady 1,000 kW
#           pay for demand in January by the first two, and a site of 1,000 kW (2,000 in January, 1,500 in July) by the third?
# Guess     Expected, by hand: 310,000 $, 13,410 $, and 155,000 $ in the year (20,000 in January, 15,000 in July, 12,000 else).
# Seen      NREL-PySAM 7.1.1: 10,000 $ by both; URDBv8_to_ElectricityRates looks for a unit inside each step of the rate, where the form has
#           none, so "kW daily", "kVA" and "hp" are all read as kW of a month, and nothing is said. With the ratchet 108,000 $ as
#           the form asks (lookbackrange 0 beside lookbackmonths), 192,000 $ with a lookbackrange of 11: twelve months share
#           one list, so any month that counts makes all count, and the month's own peak does not count at all. In January 16,000
#           instead of 20,000. For ratchets a notice is printed that they "may not be accurately reflected".
# Matters   A standby rate with daily peaks is a thirtieth of itself, and its battery is worth a thirtieth.
# Here      twin reads no file of that database. A demand charge states its unit (USD/kW/month), and each month pays its own
#           peak: tests/contracts/test_hourly_grid.py. docs/bring_your_own.md says what to look for in such a rate.
source "$(dirname "$0")/run_in.sh"
run_in NREL-PySAM==7.1.1.post1 <<'PYTHON'
import contextlib
import io

import PySAM.Utilityrate5 as bills
from PySAM.UtilityRateTools import URDBv8_to_ElectricityRates

HOURS_OF_MONTH = [24 * days for days in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)]


def all_year():
    return [[0] * 24 for _ in range(12)]


def energy():
    """No charge for energy: what is left is demand."""
    return {
        "energyratestructure": [[{"rate": 0.0}]],
        "energyweekdayschedule": all_year(),
        "energyweekendschedule": all_year(),
    }


def by_period(unit):
    schedules = {"demandweekdayschedule": all_year(), "demandweekendschedule": all_year()}
    return energy() | {"demandratestructure": [[{"rate": 10.0}]], "demandrateunit": unit} | schedules


def by_month(**ratchet):
    return energy() | {"flatdemandstructure": [[{"rate": 10.0}]], "flatdemandmonths": [0] * 12} | ratchet


def paid(rate, peaks_kw):
    """Dollars for demand by month."""
    model = bills.new()
    with contextlib.redirect_stdout(io.StringIO()):
        model.ElectricityRates.assign(URDBv8_to_ElectricityRates(rate))
    rates = model.ElectricityRates
    rates.ur_nm_yearend_sell_rate = rates.ur_nm_credit_month = rates.ur_sell_eq_buy = rates.TOU_demand_single_peak = 0
    rates.ur_yearzero_usage_peaks = peaks_kw
    rates.rate_escalation = model.Load.load_escalation = [0]
    model.Load.load = [kw for kw, hours in zip(peaks_kw, HOURS_OF_MONTH) for _ in range(hours)]
    model.SystemOutput.gen = [0.0] * 8760
    model.SystemOutput.degradation = [0]
    model.Lifetime.analysis_period = 1
    model.Lifetime.system_use_lifetime_output = model.Lifetime.inflation_rate = 0
    model.execute(0)
    found = model.Outputs
    both = zip(found.year1_monthly_dc_tou_without_system, found.year1_monthly_dc_fixed_without_system)
    return [round(period + flat) for period, flat in both]


steady = {unit: paid(by_period(unit), [1000.0] * 12)[0] for unit in ("kW", "kW daily", "hp", "kVA")}
print("January of a steady 1,000 kW:", steady)
SUMMER = [False] * 5 + [True] * 4 + [False] * 3
PEAKS_KW = [2000.0] + [1000.0] * 5 + [1500.0] + [1000.0] * 5
none = paid(by_month(), PEAKS_KW)
ratchets = [
    paid(by_month(lookbackpercent=0.8, lookbackrange=months, lookbackmonths=SUMMER), PEAKS_KW) for months in (0, 11)
]
print(f"without a ratchet {sum(none):,}; with it {[f'{sum(one):,}' for one in ratchets]}, January {[one[0] for one in ratchets]}")
same = set(steady.values()) == {10_000} and sum(none) == 135_000
raise SystemExit(not (same and [sum(one) for one in ratchets] == [108_000, 192_000] and ratchets[1][0] == 16_000))
PYTHON
