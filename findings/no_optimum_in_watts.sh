#!/usr/bin/env bash
# Question  A battery of 10 MW and 40 MWh buys and sells for a week of hourly prices, some of them negative, so that whole numbers
#           keep it from doing both at once. Is its best week the same in watts, joules and dollars a joule as in
#           megawatts, megawatt hours and dollars a megawatt hour?
# Guess     Yes: one programme, and the solver scales it.
# Seen      scipy 1.17.1: in MW and MWh the optimum at once. In W and J no answer at all, status 4, "Solve error". As a
#           linear programme, without the whole numbers, both units give the same. What HiGHS takes for zero (1e-6,
#           1e-7) is absolute, whatever the unit is.
# Matters   A tool in SI units works with every tariff until the first negative price, and then has no answer.
# Here      twin's arbitrage was in W and J and ended without a dispatch for such a week. It is solved in units of the store
#           now, and to 1e-7 of the cost where the solver's own 1e-4 would be that of a demand charge:
#           tests/validation/test_dispatch.py.
source "$(dirname "$0")/run_in.sh"
run_in scipy==1.17.1 numpy==2.4.6 <<'PYTHON'
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, eye_array

HOURS = 24 * 7
POWER_MW, ENERGY_MWH, ONE_WAY = 10.0, 40.0, 0.93


def prices():
    """Dollars a megawatt hour: a daily wave, noise, and sun at noon."""
    hour = np.arange(HOURS)
    noon = (hour % 24 > 10) & (hour % 24 < 15)
    noise = np.random.default_rng(3).normal(0, 12, HOURS)
    return 40 + 25 * np.sin(2 * np.pi * (hour - 9) / 24) + noise - 70 * noon


def best_week(watt, hour, whole):
    """In units of so many to a megawatt and to an hour: bought, given, held, and which way."""
    power, energy = POWER_MW * watt, ENERGY_MWH * watt * hour
    one = eye_array(HOURS)
    none = 0 * one
    before = eye_array(HOURS, k=-1)
    start = np.zeros(HOURS)
    start[0] = energy / 2
    flows = block_array([[-ONE_WAY * hour * one, hour / ONE_WAY * one, one - before, none]])
    taking = block_array([[one, none, none, -power * one]])
    giving = block_array([[none, one, none, power * one]])
    low, high = np.zeros(4 * HOURS), np.repeat([power, power, energy, 1.0], HOURS)
    low[3 * HOURS - 1] = energy / 2
    a_unit = prices() / (watt * hour) * hour
    found = milp(
        np.concatenate([a_unit, -a_unit, np.zeros(2 * HOURS)]),
        integrality=np.repeat([0, 0, 0, int(whole)], HOURS),
        bounds=Bounds(low, high),
        constraints=[
            LinearConstraint(flows, start, start),
            LinearConstraint(taking, -np.inf, 0.0),
            LinearConstraint(giving, -np.inf, power),
        ],
    )
    return found.status, found.fun, found.message


def shown(name, found):
    print(f"{name:32} status {found[0]}, {'no answer' if found[1] is None else f'{found[1]:,.2f} $'}")
    return found


whole_mw = shown("whole numbers, MW and MWh", best_week(1.0, 1.0, True))
whole_w = shown("whole numbers, W and J", best_week(1e6, 3600.0, True))
linear_mw = shown("linear, MW and MWh", best_week(1.0, 1.0, False))
linear_w = shown("linear, W and J", best_week(1e6, 3600.0, False))
linear = linear_mw[0] == linear_w[0] == 0 and np.isclose(linear_mw[1], linear_w[1], rtol=1e-9)
raise SystemExit(not (linear and whole_mw[0] == 0 and whole_w[0] == 4 and whole_w[1] is None))
PYTHON
