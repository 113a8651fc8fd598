#!/usr/bin/env bash
# Question  A hall at 22 °C and 40 % takes 1 kg/s of outside air at -20 °C and 80 %. How much heat and vapour does that air take up, and what is the temperature of a mixture of three parts
#           outside air and seven of return air?
# Guess     By enthalpy, within a per cent of PsychroLib, whose formulas the library names: 57.7 kW. The mixture is at 9.5 °C.
# Seen      ladybug-core 0.44.62: 38.8 kW, a third less, and 15.1 °C instead of 9.5. An enthalpy below zero is zero: all air below some -2 °C has the same, and turned back into a temperature it is
#           air of 0 °C. PsychroLib 2.5.0 has -18.9 kJ/kg.
# Matters   Heat of fresh air and the water and heat of humidifiers are sized by the coldest hour, in which a third of it is missing; an economizer that
#           compares enthalpies mixes in air as if frost were 0 °C, and a whole winter of hours has one enthalpy.
# Here      Enthalpies of twin go below zero, held against CoolProp: docs/climate.md, tests/unit/test_enthalpy_of_frost.py.
source "$(dirname "$0")/run_in.sh"
run_in ladybug-core==0.44.62 psychrolib==2.5.0 <<'PYTHON'
import psychrolib
from ladybug import psychrometrics as ladybug

psychrolib.SetUnitSystem(psychrolib.SI)
HALL, OUTSIDE, PRESSURE_PA = (22, 40), (-20, 80), 101325


def by_ladybug(degc, humidity):
    ratio = ladybug.humid_ratio_from_db_rh(degc, humidity, PRESSURE_PA)
    return ratio, ladybug.enthalpy_from_db_hr(degc, ratio), ladybug.db_temp_from_enth_hr


def by_psychrolib(degc, humidity):
    ratio = psychrolib.GetHumRatioFromRelHum(degc, humidity / 100, PRESSURE_PA)
    back = lambda enthalpy, ratio: psychrolib.GetTDryBulbFromEnthalpyAndHumRatio(enthalpy * 1000, ratio)
    return ratio, psychrolib.GetMoistAirEnthalpy(degc, ratio) / 1000, back


seen = {}
for name, law in {"ladybug": by_ladybug, "PsychroLib": by_psychrolib}.items():
    (inside, warm, back), (outside, cold, _) = law(*HALL), law(*OUTSIDE)
    mixed = back(0.3 * cold + 0.7 * warm, 0.3 * outside + 0.7 * inside)
    seen[name] = {"kJ/kg outside": round(cold, 1), "kW": round(warm - cold, 1), "mixture": round(mixed, 1)}
print(seen)
stated = {
    "ladybug": {"kJ/kg outside": 0, "kW": 38.8, "mixture": 15.1},
    "PsychroLib": {"kJ/kg outside": -18.9, "kW": 57.7, "mixture": 9.5},
}
raise SystemExit(seen != stated)
PYTHON
