#!/usr/bin/env bash
# Question  At 6 degC, does more humid air have a higher wet bulb?
# Guess     Always: the wet bulb rises with humidity at any dry bulb.
# Seen      PsychroLib 2.5.0 gives 0.123 degC at 25 % and -0.122 degC at 27 %. Its formula has one branch for a wet wick
#           and one for ice; between them there are two answers, and the bisection lands on either. CoolProp 8.0.0 stays
#           on the ice branch there (0.44 K lower at 25 %) and rises throughout; elsewhere the two agree within 0.03 K.
# Matters   A tower, pad or economiser that switches near 0 degC wet bulb chatters between two hours of the same weather,
#           and two tools disagree by half a kelvin exactly where freeze protection decides.
# Here      Weather files give a wet bulb by the same formula, searched from below so that it rises with humidity and steps
#           from ice to water once: tests/laws/test_heat_and_flow_laws.py.
source "$(dirname "$0")/run_in.sh"
run_in psychrolib==2.5.0 CoolProp==8.0.0 <<'PYTHON'
import CoolProp.CoolProp as coolprop
import psychrolib

psychrolib.SetUnitSystem(psychrolib.SI)


def both(dry_degc, humidity):
    kelvin = coolprop.HAPropsSI("B", "T", dry_degc + 273.15, "R", humidity, "P", 101325)
    return psychrolib.GetTWetBulbFromRelHum(dry_degc, humidity, 101325), kelvin - 273.15


for humidity in (0.23, 0.25, 0.27, 0.29):
    print(f"6 degC, {humidity:.0%}: psychrolib {both(6, humidity)[0]:+.3f}, CoolProp {both(6, humidity)[1]:+.3f} degC")
falls = both(6.0, 0.27)[0] < both(6.0, 0.25)[0] - 0.2
apart = both(6.0, 0.25)[0] - both(6.0, 0.25)[1] > 0.4
rises = both(6.0, 0.23)[1] < both(6.0, 0.25)[1] < both(6.0, 0.27)[1] < both(6.0, 0.29)[1]
agree = all(abs(a - b) < 0.03 for a, b in (both(20.0, r / 10) for r in range(1, 11)))
raise SystemExit(not (falls and apart and rises and agree))
PYTHON
