#!/usr/bin/env bash
# Question  A board of 480 V and 50 MVA feeds heaters of 1 MW, to which nobody gave any harmonics. How distorted is its voltage by a harmonic study?
# Guess     Not at all: what distorts is what was told to, and a heater is linear.
# Seen      OpenDSS 0.9.4: 3.8 %, as far as the 13th, as a power, and 3.7 as an impedance. An array or a battery of 1 MW
#           with its inverter, as little told: 0.0 %; a generator: 0.7 %. A load that states no `spectrum` has one named `defaultload`, of currents
#           of 1.5 % of the 3rd, 20 % of the 5th, 14 % of the 7th and so on, which nobody put into the file. Told
#           `spectrum=linear`: 0.0 %.
# Matters   IEEE 519 allows 8 % at such a board. Of a study of racks or drives, whose spectra are stated, half the limit is taken by pumps,
#           heaters and lights, and a filter is bought for them; where inverters are what distorts, none is.
# Here      What `twin export --to opendss` writes has linear loads, `spectrum=linear`, so that harmonics come from
#           what a planner states: tests/validation/test_electrical_peers.py.
source "$(dirname "$0")/run_in.sh"
run_in opendssdirect.py==0.9.4 dss-python==0.15.7 dss-python-backend==0.14.5 numpy==2.4.6 <<'PYTHON'
from math import hypot

import opendssdirect as dss

SITE = (
    "clear",
    "new circuit.c basekv=0.48 pu=1 bus1=board mvasc3=50 mvasc1=50 x1r1=5",
)
SOLVED = ("new monitor.m element=vsource.source", "set voltagebases=[0.48]", "calcv", "solve", "solve mode=harmonics")
KINDS = {
    "heaters of a power": "load.x bus1=board kv=0.48 kw=1000 pf=1",
    "heaters of an impedance": "load.x bus1=board kv=0.48 kw=1000 pf=1 model=2",
    "heaters told to be linear": "load.x bus1=board kv=0.48 kw=1000 pf=1 spectrum=linear",
    "an array": "pvsystem.x bus1=board kv=0.48 pmpp=1000 kva=1000",
    "a battery": "storage.x bus1=board kv=0.48 kwrated=1000 kwhrated=2000 state=discharging",
    "a generator": "generator.x bus1=board kv=0.48 kw=1000",
}
STATED_PERCENT = [3.8, 3.7, 0.0, 0.0, 0.0, 0.7]


def distortion_percent(kind):
    for line in (*SITE, f"new {kind}", *SOLVED):
        dss.Command(line)
    dss.Monitors.Name("m")
    fundamental_v, *others_v = dss.Monitors.Channel(1)
    return round(100 * hypot(*others_v) / fundamental_v, 1)


seen = {name: distortion_percent(kind) for name, kind in KINDS.items()}
for name, percent in seen.items():
    print(f"{name:26} {percent:.1f} %")
raise SystemExit(list(seen.values()) != STATED_PERCENT)
PYTHON
