#!/usr/bin/env bash
# Question  What does a unit library make of 60 rpm in Hz, of a link of 400 Gbit/s in events a second, and of a
#           conductivity of 0.6 W/m K?
# Guess     1 Hz; refused; 0.6 W/(m K).
# Seen      pint 0.25.3: 6.283 Hz, for a turn is 2 pi radians and a radian is the number one, and so is a hertz's cycle;
#           4e11 1/s, for a bit is the number one too; and 0.6 W K/m, for only what stands right after the slash divides.
#           3 RT, tons of refrigeration on many data sheets, are ronnateslas. None of the four is an error.
# Matters   A fan at 60 rpm, an interface at 600 rpm (requests a minute) or a plate's conductivity enters a model wrong by
#           6.28 or by a square of kelvins, with the units checked.
# Here      A rate of events is read only in units that count events: tests/unit/test_units_of_counts.py.
source "$(dirname "$0")/run_in.sh"
run_in pint==0.25.3 <<'PYTHON'
import math

import pint

ureg = pint.UnitRegistry()
hertz = ureg("60 rpm").to("Hz").magnitude
events = ureg("400 Gbit/s").to("1/s").magnitude
conductivity = ureg("0.6 W/m K")
tons = ureg("3 RT")
print(f"60 rpm = {hertz:.4f} Hz; 400 Gbit/s = {events:g} 1/s; 0.6 W/m K = {conductivity}; 3 RT = {tons}")
same = conductivity.check("[power] * [temperature] / [length]") and not tons.check("[power]")
raise SystemExit(not (math.isclose(hertz, 2 * math.pi) and events == 4e11 and same))
PYTHON
