#!/usr/bin/env bash
# Question  A hall of 10 MW is cooled with water of 15 °C by chillers that reach 40 % of Carnot's coefficient. How much electricity do they take in a year of air from 0 to 30 °C?
# Guess     Some 2,700 MWh, those of the half of the year in which it is warmer than 15 °C; in the rest nothing, or a refusal: that heat leaves by itself.
# Seen      oemof.thermal 0.0.8 (`calc_cops`, mode "chiller"): 0 MWh in the year. Warm hours take 2,750 MWh and cold hours give them back: the coefficient is 4.6 at 40 °C,
#           115 at 16, 231 at 15.5, -23 at 10 and -7.7 at 0, where the chillers make 1.3 MW. As a heat pump from water of 40 °C to a net of 35 it is -25. No warning;
#           at 15 °C to the last bit it is a division by zero.
# Matters   A sum over a year is what a plan, its power price and its carbon are made of: cooling costs nothing in a mild place, and earns in a cold one. In the hours
#           about 15 °C a coefficient of hundreds is taken at its word, too.
# Here      twin's chillers follow their makers' curves, and economizers take over where water or air is cold enough: docs/physics/cooling.md.
source "$(dirname "$0")/run_in.sh"
run_in oemof.thermal==0.0.8 numpy==1.26.4 pandas==2.3.3 <<'PYTHON'
import numpy as np
from oemof.thermal.compression_heatpumps_and_chillers import calc_cops

HALL_MW, WATER_DEGC, OF_CARNOT = 10, 15, 0.4
hours = np.arange(8760)
air_degc = 15 - 11 * np.cos(2 * np.pi * hours / 8760) - 4 * np.cos(2 * np.pi * (hours - 3) / 24)


def coefficients(air):
    return np.array(calc_cops("chiller", list(air), [WATER_DEGC], OF_CARNOT))


power_mw = HALL_MW / coefficients(air_degc)
year = {"taken": power_mw[power_mw > 0].sum(), "given": power_mw[power_mw < 0].sum(), "year": power_mw.sum()}
year = {name: round(float(mwh)) + 0 for name, mwh in year.items()}
some = dict(zip((40, 16, 15.5, 10, 0), coefficients([40, 16, 15.5, 10, 0]).round(1).tolist()))
(reused,) = calc_cops("heat_pump", [35], [40], OF_CARNOT)
print(f"air from {air_degc.min():.1f} to {air_degc.max():.1f} °C, MWh:", year)
print("coefficients:", some, "as a heat pump from 40 to 35 °C:", round(reused, 1))
right = some == {40: 4.6, 16: 115.3, 15.5: 230.5, 10: -23.1, 0: -7.7} and round(reused) == -25
raise SystemExit(not (right and year == {"taken": 2750, "given": -2750, "year": 0}))
PYTHON
