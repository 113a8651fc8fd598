#!/usr/bin/env bash
# Question  A tower makes water 4 K above the wet bulb. Do a library of building physics and one of meteorology give the wet
#           bulb of a hot, dry afternoon alike?
# Guess     Within 0.05 K: dry bulb, humidity and pressure fix it, whichever formula of saturation is used.
# Seen      At 45 degC and 5 % PsychroLib 2.5.0 gives 18.90 degC, MetPy 1.7.1 18.00: 0.91 K lower; at 40 degC and 10 % 0.66 K, at
#           35 degC and 40 % 0.26 K, at 25 degC and 50 % 0.15 K. MetPy takes the air up to its cloud base and down again
#           along a saturated adiabat (Normand's rule), PsychroLib wets it where it stands. The energy balance of the
#           second, by CoolProp 8.0.0 of real moist air, is 18.88 degC.
# Matters   Weather prepared with the one makes a tower or a wetted pad in the desert a kelvin better than it can be, most
#           where water is dearest; both numbers are called wet-bulb temperature and both are right in their trade.
# Here      twin works the wet bulb out from dry bulb, dew point or humidity, and pressure, by the balance
#           (tests/validation/test_wet_bulb.py). A weather file that states its own wet bulb beside humidity is told the
#           row where the two part most: tests/contracts/test_weather_files.py; docs/bring_your_own.md says which it is.
source "$(dirname "$0")/run_in.sh"
run_in metpy==1.7.1 psychrolib==2.5.0 coolprop==8.0.0 numpy==2.4.6 <<'PYTHON'
import numpy as np
import psychrolib
from CoolProp.HumidAirProp import HAPropsSI
from metpy.calc import dewpoint_from_relative_humidity, wet_bulb_temperature
from metpy.units import units

psychrolib.SetUnitSystem(psychrolib.SI)
PRESSURE_PA = 101325.0


def by_metpy(degc, humidity):
    dry = degc * units.degC
    dew = dewpoint_from_relative_humidity(dry, humidity * units.dimensionless)
    return float(wet_bulb_temperature(PRESSURE_PA * units.Pa, dry, dew).to("degC").m)


def wet_bulbs(degc, humidity):
    balance = psychrolib.GetTWetBulbFromRelHum(degc, humidity, PRESSURE_PA)
    real = HAPropsSI("B", "T", degc + 273.15, "P", PRESSURE_PA, "R", humidity) - 273.15
    return balance, real, by_metpy(degc, humidity)


seen = [wet_bulbs(*air) for air in ((45.0, 0.05), (40.0, 0.1), (35.0, 0.4), (25.0, 0.5))]
for balance, real, normand in seen:
    print(f"PsychroLib {balance:.2f} degC, CoolProp {real:.2f}, MetPy {normand:.2f}: {normand - balance:+.2f} K")
balance, real, normand = np.array(seen).T
alike = np.allclose(balance, real, atol=0.05)
raise SystemExit(not (alike and np.allclose(normand - balance, [-0.91, -0.66, -0.26, -0.15], atol=0.01)))
PYTHON
