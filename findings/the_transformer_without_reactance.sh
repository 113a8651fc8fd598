#!/usr/bin/env bash
# Question  A floor transformer of 450 kVA, 480 V to 208 V, feeds 200 kW. Its sheet states 1.123 % of resistance and no reactance: what stands at the racks
#           with a reactance of 1, 0.1 and 0.0000001 %, and with none at all (xhl=0)?
# Guess     0.994, 0.995 and 0.995 per unit; with none as with next to none, since the resistance is there.
# Seen      OpenDSSDirect.py 0.9.4 (DSS C-API 0.14.5): 0.994, 0.995, 0.995, and 0.285 with none. Nought is taken for "not stated", and the reactance is 700 %
#           from then on, a hundred times the 7 % of a transformer that states none; asked for xhl it says so. The solution converges, losses are 84 W instead
#           of 1,050, and 52 kvar are drawn. No message.
# Matters   Small dry transformers and floor PDUs come with a loss and no impedance, and 0 is what a converter writes for what it does not know. Racks
#           at 28 % of their voltage are seen at once; a board that is hardly loaded is not, and a fault behind it has a 600th of its current.
# Here      `twin export` writes no transformer with less than 0.0001 % of reactance (pandapower divides by it), and a floor PDU that steps down is exported as a transformer:
#           tests/validation/test_electrical_peers.py solves one of 480 and 208 V with OpenDSS, power-grid-model and pandapower.
source "$(dirname "$0")/run_in.sh"
run_in opendssdirect.py==0.9.4 dss-python==0.15.7 numpy==2.4.6 <<'PYTHON'
from opendssdirect import dss


def seen(reactance_percent):
    """Per unit at the racks, watts lost, reactance that is shown."""
    for line in (
        "Clear",
        "New Circuit.site bus1=board basekv=0.48 phases=3 pu=1.0 r1=0 x1=0.0000001 r0=0 x0=0.0000001",
        "New Transformer.floor phases=3 windings=2 buses=(board racks) conns=(wye wye) kvs=(0.48 0.208) kvas=(450 450) "
        f"%Rs=(0.5615 0.5615) xhl={reactance_percent}",
        "New Load.racks phases=3 bus1=racks kv=0.208 kw=200 pf=0.98 model=1 vminpu=0.5 vmaxpu=1.5",
        "Set voltagebases=[0.208 0.48]",
        "Calcvoltagebases",
        "Set tolerance=0.000000001 maxiterations=200",
        "Solve",
    ):
        dss.Text.Command(line)
    assert dss.Solution.Converged() and dss.Error.Number() == 0
    dss.Circuit.SetActiveBus("racks")
    volts, lost_w = dss.Bus.puVmagAngle()[0], dss.Circuit.Losses()[0]
    dss.Text.Command("? Transformer.floor.xhl")
    return round(float(volts), 3), round(float(lost_w)), float(dss.Text.Result())


found = {percent: seen(percent) for percent in ("1", "0.1", "0.0000001", "0")}
for percent, (volts, lost_w, shown) in found.items():
    print(f"xhl={percent}: {volts} per unit at the racks, {lost_w:,} W lost, xhl shown {shown}")
volts = [row[0] for row in found.values()]
raise SystemExit(not (volts == [0.994, 0.995, 0.995, 0.285] and found["0"][1:] == (84, 700.0)))
PYTHON
