#!/usr/bin/env bash
# Question  A meter that writes on change saw 100 kW at 0 min, 1 kW after 1 min and 1 kW after 10. How much energy is that, by Simpson's rule
#           for the times as they are?
# Guess     Something between 1 kW and 100 kW times ten minutes (0.17 and 16.7 kWh), as every reading is positive.
# Seen      scipy 1.17.1: simpson says -19.1 kWh, the trapezoidal rule 0.99. The parabola through three points is
#           exact, and below nothing in between: with intervals of 1 and 9 the first reading has a weight of less than nothing.
# Matters   Meters that write on change, or that miss readings, have uneven times. A higher order is taken for a better one.
# Here      No module of twin calls simpson.
source "$(dirname "$0")/run_in.sh"
run_in scipy==1.17.1 numpy==2.4.6 <<'PYTHON'
import numpy as np
from scipy.integrate import simpson, trapezoid

HOURS = np.array([0, 1, 10]) / 60
power_kw = np.array([100.0, 1.0, 1.0])
parabola = simpson(power_kw, x=HOURS)
straight = trapezoid(power_kw, HOURS)
print(f"kWh by simpson {parabola:.2f}, by trapezoid {straight:.2f}")
raise SystemExit(not (np.isclose(parabola, -19.0833, atol=1e-3) and np.isclose(straight, 0.9917, atol=1e-3)))
PYTHON
