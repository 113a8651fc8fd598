#!/usr/bin/env bash
# Question  Air of a hall is at 18 to 35 °C, and a limit is stated as 290 K (16.85 °C). Is 25 °C above it? How far apart are 20 and 25 °C? What is the
#           higher of each temperature and 300 K, by five libraries of units?
# Guess     Yes, 5 K, and 300 K or 35 °C; or a refusal, as degrees Celsius begin elsewhere.
# Seen      unyt 3.2.0: 25 °C > 290 K is false, as the two numbers are compared as they stand; the other way round, and for Fahrenheit, it
#           refuses. The higher of 18 to 35 °C and 300 K is 300 °C for each. quantities 0.16.4: false too, and 25 °C are 25 K.
#           pint 0.25.3: yes; the difference is 5 K by a minus sign, by diff and in the standard deviation, but np.ptp (highest less lowest)
#           gives 5 °C, which is 278.15 K and 41 °F. astropy 8.0.2 refuses unless told of temperatures, and then a difference of 5 °C
#           is 278.15 K. cf-units 3.3.1 takes a range of 5 for a temperature as well.
# Matters   An alarm at 290 K never sounds, a range over a hall is 278 K, and a library that checks units said nothing.
# Here      twin's quantities are numbers in SI with the unit in their names, temperatures in degrees Celsius with `_degc` and differences with `_k`:
#           tests/unit/test_units.py.
source "$(dirname "$0")/run_in.sh"
run_in unyt==3.2.0 quantities==0.16.4 pint==0.25.3 astropy==8.0.2 cf-units==3.3.1 numpy==2.4.6 <<'PYTHON'
import astropy.units
import cf_units
import numpy as np
import pint
import quantities
import unyt

READ = pint.UnitRegistry().Quantity


def refused(asked):
    try:
        asked()
    except Exception as error:
        return type(error).__name__.endswith(("Error", "Operation"))
    return False


air = unyt.unyt_array([18.0, 22.0, 27.0, 35.0], "degC")
warm, limit = unyt.unyt_quantity(25.0, "degC"), unyt.unyt_quantity(290.0, "K")
higher = np.maximum(air, unyt.unyt_quantity(300.0, "K"))
spread = READ([20.0, 25.0], "degC")
astropy_k = (25 * astropy.units.deg_C - 20 * astropy.units.deg_C).to_value("K", astropy.units.temperature())
seen = {
    "unyt 25 °C > 290 K": bool(warm > limit),
    "unyt 290 K < 25 °C refused": refused(lambda: limit < warm),
    "unyt higher of air and 300 K": (higher.tolist(), str(higher.units)),
    "quantities 25 °C > 290 K": bool(25 * quantities.degC > 290 * quantities.K),
    "quantities 25 °C in K": float((25 * quantities.degC).rescale("K")),
    "pint 25 °C > 290 K": bool(READ(25.0, "degC") > READ(290.0, "K")),
    "pint minus, K": round(float((spread[1] - spread[0]).to("K").m), 2),
    "pint range, K": round(float(np.ptp(spread).to("K").m), 2),
    "astropy compares": not refused(lambda: 25 * astropy.units.deg_C > 290 * astropy.units.K),
    "astropy minus, K": round(float(astropy_k), 2),
    "cf-units 5 °C, K": round(float(cf_units.Unit("degC").convert(5.0, "K")), 2),
}
for name, value in seen.items():
    print(f"{name:30} {value}")
stated = [False, True, ([300.0] * 4, "°C"), False, 25.0, True, 5.0, 278.15, False, 278.15, 278.15]
raise SystemExit(list(seen.values()) != stated)
PYTHON
