#!/usr/bin/env bash
# Question  A transformer with iron loss feeds a board whose voltage sags. Does its loss depend on which of its two windings
#           the file names first?
# Guess     No: a transformer has two sides, and the file says which bus and voltage each of them has.
# Seen      OpenDSS (DSS C-API 0.14.5) puts the branch of the no-load loss at the winding named last. 2,500 kVA, 8 %, loaded
#           with 2 MW and 1 Mvar, sags to 0.956: named from the high side to the low it loses 33,505 W, named from the low
#           side to the high 34,374 W, 2.6 % more, for the iron now stands at the stiff side. Neither warns.
# Matters   Two exporters that list windings in another order give another loss for the same site, all hours of the year, and
#           neither file is wrong.
# Here      `twin export --to opendss` names the fed side last, which is where twin's own loss law takes its voltage from;
#           tests/validation/test_electrical_peers.py holds losses and voltages against it.
source "$(dirname "$0")/run_in.sh"
run_in opendssdirect.py==0.9.4 dss-python==0.15.7 dss-python-backend==0.14.5 <<'PYTHON'
import opendssdirect as dss

SIDES = {"high": ("hv", 13.8), "low": ("lv", 0.415)}


def lost_w(first, last):
    buses = " ".join(SIDES[side][0] for side in (first, last))
    volts = " ".join(str(SIDES[side][1]) for side in (first, last))
    for line in (
        "clear",
        "new circuit.c basekv=13.8 pu=1.0 bus1=hv r1=1e-6 x1=1e-6 r0=1e-6 x0=1e-6",
        f"new transformer.t phases=3 windings=2 buses=({buses}) kvs=({volts}) kvas=(2500 2500) conns=(wye wye)"
        " xhl=8 %loadloss=1 %noloadloss=0.5 %imag=0",
        "new load.l bus1=lv phases=3 kv=0.415 kw=2000 kvar=1000 model=1 vminpu=0.5",
        "set voltagebases=[13.8 0.415]",
        "calcv",
        "set tolerance=1e-10",
        "solve",
    ):
        dss.Command(line)
    dss.Circuit.SetActiveElement("transformer.t")
    return dss.CktElement.Losses()[0]


down, up = lost_w("high", "low"), lost_w("low", "high")
print(f"named from high to low {down:,.0f} W, from low to high {up:,.0f} W: {up / down - 1:.1%} more")
raise SystemExit(not (round(down) == 33505 and round(up) == 34374))
PYTHON
