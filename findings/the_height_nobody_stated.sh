#!/usr/bin/env bash
# Question  How high does a solar site stand whose latitude and longitude alone are given?
# Guess     At sea level, as in the package's own functions, where altitude is 0 if nobody states it.
# Seen      pvlib 0.16.1: `Location` looks the height up in a coarse map of the world that comes with it, and says nothing.
#           Golden, Colorado, which lies at 1,829 m, gets 2,182 m, and its clear noon in June 1,093 W/m2; from
#           `clearsky.ineichen` with the same numbers and no height it is 936 W/m2, from its real height 1,062.
# Matters   Two plants on one map pin differ by 17 % of their irradiance, for the one was asked through a place and the other
#           through the functions; neither knew of a height, and no warning names one.
# Here      A sky of stated clearness (Haurwitz) knows no height, and what a weather file measured is taken as it is; our
#           comparison with pvlib's own chain states the height of its place: tests/relations/test_solar.py.
source "$(dirname "$0")/run_in.sh"
run_in pvlib==0.16.1 pandas==3.1.1 <<'PYTHON'
import pandas as pd
from pvlib import atmosphere, clearsky, irradiance
from pvlib.location import Location

NOON = pd.DatetimeIndex(["2026-06-21 19:00"], tz="UTC")
GOLDEN = (39.74, -105.18)


def through_a_place(**height):
    return float(Location(*GOLDEN, **height).get_clearsky(NOON)["ghi"].iloc[0])


def through_functions():
    sun = Location(*GOLDEN, altitude=0).get_solarposition(NOON)
    mass = atmosphere.get_absolute_airmass(atmosphere.get_relative_airmass(sun["apparent_zenith"]))
    murky = clearsky.lookup_linke_turbidity(NOON, *GOLDEN)
    extra = irradiance.get_extra_radiation(NOON)
    return float(clearsky.ineichen(sun["apparent_zenith"], mass, murky, dni_extra=extra)["ghi"].iloc[0])


height_m = Location(*GOLDEN).altitude
place, functions, real = through_a_place(), through_functions(), through_a_place(altitude=1829)
print(f"height taken: {height_m:,.0f} m; clear noon: {place:.0f} W/m2 through a place, {functions:.0f} through")
print(f"functions without a height, {real:.0f} at 1,829 m")
raise SystemExit(not (height_m > 2000 and place > 1.15 * functions and place > 1.02 * real))
PYTHON
