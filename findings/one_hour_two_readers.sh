#!/usr/bin/env bash
# Question  The same hour of weather, written once as EPW and once as TMY3: do the two readers of pvlib give it the same
#           time stamp? And what becomes of EPW's code for a missing dry bulb?
# Guess     The same stamp, for both formats number the hour that ends then; and not-a-number.
# Seen      pvlib 0.16.1: read_epw stamps the hour ending at 01:00 with 00:00, read_tmy3 with 01:00. A missing dry bulb
#           comes back as weather of 99.9 degC, and is the maximum of the year.
# Matters   A design day taken from one file and checked against the other is off by an hour, so that the hot afternoon
#           meets another load; and one missing record sizes the chillers for 99.9 degC.
# Here      EPW hours end at their number and missing codes are never used: docs/physics and the tests of weather files.
source "$(dirname "$0")/run_in.sh"
run_in pvlib==0.16.1 pandas==2.3.3 numpy==2.4.6 <<'PYTHON'
from pathlib import Path

from pvlib.iotools import read_epw, read_tmy3

HEAD = ["LOCATION,Invented,VA,USA,TMY3,724050,38.9,-77.0,-5.0,3.0", "DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0",
        "GROUND TEMPERATURES,0", "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,-", "COMMENTS 2,-",
        "DATA PERIODS,1,1,Data,Thursday,7/15,7/15"]
degc = {hour: 99.9 if hour == 15 else 10.0 + hour for hour in range(1, 25)}
records = [f"1999,7,15,{h},60,{'A' * 20},{t},5.0,60,101325,{'0,' * 8}180,3.0,{','.join('0' * 15)}" for h, t in degc.items()]
Path("site.epw").write_text("\n".join(HEAD + records) + "\n")
lines = ['724050,"INVENTED",VA,-5.0,38.9,-77.0,3', "Date (MM/DD/YYYY),Time (HH:MM),Dry-bulb (C)"]
lines += [f"07/15/1999,{hour:02d}:00,{value}" for hour, value in degc.items()]
Path("site.csv").write_text("\n".join(lines) + "\n")

epw, _ = read_epw("site.epw")
tmy, _ = read_tmy3("site.csv", map_variables=True)
stamps = [frame.index[frame.temp_air == 11.0][0] for frame in (epw, tmy)]
print(f"the hour that ends at 01:00: EPW {stamps[0]}, TMY3 {stamps[1]}; hottest hour {epw.temp_air.max()} degC")
raise SystemExit(not (stamps[0].hour == 0 and stamps[1].hour == 1 and epw.temp_air.max() == 99.9))
PYTHON
