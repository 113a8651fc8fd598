#!/usr/bin/env bash
# Question  A rack is cooled steadily for a day but for five minutes without flow: 100 kW, 500 kJ/K, so 60 K in five
#           minutes. Do the adaptive solvers of scipy see it?
# Guess     Yes: they choose their steps by the error they make.
# Seen      scipy 1.17.1: none of the six sees it. In the steady hours before, the error is 0, the step grows to hours,
#           and no evaluation falls into the outage. The hottest temperature is the steady 30.0 degC, success is True,
#           and the whole day takes 4 to 150 evaluations. With max_step of a minute RK45 finds 80.8 degC, where
#           90.0 is exact: it steps across both edges.
# Matters   A design study whose cooling fails by a function of time reports that nothing happens, and the more steady
#           the plant is before, the surer. Outages have to be instants that the integrator stops at.
# Here      Faults are instants: tests/relations/test_no_outage_is_missed.py takes outages down to a second.
source "$(dirname "$0")/run_in.sh"
run_in scipy==1.17.1 numpy==2.4.6 <<'PYTHON'
import numpy as np
from scipy.integrate import solve_ivp


def rate(time_s, degc):
    conductance_w_k = 0.0 if 43_000 <= time_s < 43_300 else 10e3
    return (100e3 - conductance_w_k * (degc - 20.0)) / 500e3


def hottest(method, **options):
    found = solve_ivp(rate, (0, 86_400), np.array([30.0]), method=method, **options)
    print(f"{method:7} {options or ''} success {found.success}, {found.nfev} evaluations, hottest {found.y.max():.1f} degC")
    return found.y.max() if found.success else np.nan


missed = [hottest(method) for method in ("RK45", "RK23", "DOP853", "LSODA", "BDF", "Radau")]
found = hottest("RK45", max_step=60.0)
raise SystemExit(not (np.allclose(missed, 30.0, atol=0.01) and 75 < found < 89))
PYTHON
