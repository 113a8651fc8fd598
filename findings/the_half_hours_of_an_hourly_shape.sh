#!/usr/bin/env bash
# Question  A load of 1,000 kW runs full in one hour and at a tenth in the next, as a training job that writes checkpoints; the shape
#           states 24 hourly values. What is its energy of a day, solved every hour, half hour and quarter?
# Guess     13,200 kWh each time: twelve hours at 1,000 kW and twelve at 100.
# Seen      OpenDSS (DSS C-API 0.14.5): 13,200 by the hour, 7,800 by the half hour and 10,500 by the quarter. Full in the even hours
#           instead of the odd ones it is 18,600 and 15,900. The index of a value is the hour rounded, halves to the even number, so
#           half hours meet every even hour three times and every odd one once. No message; the peak is right throughout.
#           With `interpolation=edge`, or a shape in steps of the solution, all is 13,200. A quarter-hourly shape solved
#           by 5 minutes is right (thirds have no halves), by 7.5 minutes 41 % short.
# Matters   A finer step, which one takes to be surer, moves the bill by 41 % down or up, and the sign hangs on which hour is first.
# Here      `twin export --to opendss` writes one instant and no shape; docs/physics/electrical.md says how to add one, and
#           tests/validation/test_electrical_peers.py adds it to an exported site, with edges and without.
source "$(dirname "$0")/run_in.sh"
run_in opendssdirect.py==0.9.4 dss-python==0.15.7 dss-python-backend==0.14.5 numpy==2.4.6 <<'PYTHON'
import opendssdirect as dss

FULL_FIRST, FULL_LAST = "1 0.1 ", "0.1 1 "


def kwh(step_h, pair=FULL_FIRST, every_h=1.0, more=""):
    points = round(24 / every_h)
    for line in (
        "clear",
        "new circuit.c basekv=13.8 pu=1.0 bus1=source r1=1e-6 x1=1e-6 r0=1e-6 x0=1e-6",
        f"new loadshape.s npts={points} interval={every_h} mult=({pair * (points // 2)}) {more}",
        "new line.feeder bus1=source bus2=hall r1=1e-6 x1=1e-6 r0=1e-6 x0=1e-6 c1=0 c0=0 length=1",
        "new energymeter.m element=line.feeder terminal=1",
        "new load.l bus1=hall phases=3 kv=13.8 kw=1000 kvar=0 model=1 daily=s",
        "set voltagebases=[13.8]",
        "calcv",
        f"set mode=daily stepsize={step_h}h number={round(24 / step_h)}",
        "solve",
    ):
        dss.Command(line)
    dss.Meters.First()
    return round(dss.Meters.RegisterValues()[dss.Meters.RegisterNames().index("kWh")])


STEPS_H = (1.0, 0.5, 0.25)
first = [kwh(step) for step in STEPS_H]
last = [kwh(step, FULL_LAST) for step in STEPS_H]
edge = [kwh(step, more="interpolation=edge") for step in STEPS_H]
quarters = [kwh(step, every_h=0.25) for step in (1 / 12, 0.125)]
print(f"steps of 1, 1/2, 1/4 h: full first {first} kWh, full last {last}, with edges {edge}")
print(f"quarter-hourly shape by 5 and by 7.5 minutes: {quarters} kWh")
as_stated = first == [13200, 7800, 10500] and last == [13200, 18600, 15900]
raise SystemExit(not (as_stated and set(edge) == {13200} and quarters == [13200, 7800]))
PYTHON
