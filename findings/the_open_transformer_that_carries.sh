#!/usr/bin/env bash
# Question  A utility hands over its case as PSS/E raw data (version 33): grid, transformer, line, hall of 50 MW and 10 Mvar. What do two readers make of
#           it with (a) the hall as constant admittance, (b) a reactor of 20 Mvar at the line's end, (c) 0.1 MW and 1 % of current in the
#           transformer's iron, (d) a third winding, and all three windings out of service?
# Guess     The same to four digits, and of (d) a hall in the dark.
# Seen      As plain constant power both are right: 0.999 per unit at the hall, 13.9 Mvar from the grid. (a) By hand and by ANDES 2.0.0 no different; in
#           pypowsybl 1.16.1 1.029 and -6.3 Mvar: YQ is negative where a load is inductive, against QL and IQ beside it, and is read as a capacitor.
#           (b) By hand and by pypowsybl 0.979 and 34.4 Mvar; ANDES has no reactor. (c) By hand and by pypowsybl 50.29 MW and 14.9 Mvar; ANDES has no
#           loss in the iron, and its current is a capacitor's: 12.9 Mvar. (d) In pypowsybl the hall is dark; in ANDES it is served, 50.08 MW at 1.006
#           per unit, the transformer's status not being asked where it has three windings. All of them converge, and nothing is said.
# Matters   Raw data is how a grid is handed to a large load that asks for a connection. 20 Mvar the wrong way are a bank of capacitors not bought, and 3 % of
#           voltage; a campus survives the loss of its only transformer by ANDES, if that has a third winding.
# Here      twin reads no grid and takes the short-circuit power of the service as stated; its own exports hold no shunts, no parts of a load that go with
#           voltage and no winding that is out (docs/physics/electrical.md), and are solved by three tools in tests/validation/test_electrical_peers.py.
source "$(dirname "$0")/run_in.sh"
run_in andes==2.0.0 pypowsybl==1.16.1 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 <<'PYTHON'
import logging

import andes
import numpy as np
import pypowsybl

logging.disable(logging.CRITICAL)
CASE = """0, 100.00, 33, 0, 0, 60.00 /
GRID TO HALL
FOUND
1,'GRID', 230.0,3,1,1,1,1.02,0.0,1.1,0.9,1.1,0.9
2,'MAIN', 34.5,1,1,1,1,1.0,0.0,1.1,0.9,1.1,0.9
3,'HALL', 34.5,1,1,1,1,1.0,0.0,1.1,0.9,1.1,0.9
0 / END OF BUS DATA, BEGIN LOAD DATA
3,'1 ',1,1,1,{load},1,1,0
0 / END OF LOAD DATA, BEGIN FIXED SHUNT DATA
0 / END OF FIXED SHUNT DATA, BEGIN GENERATOR DATA
1,'1 ',0.0,0.0,9999.0,-9999.0,1.02,0,100.0,0.0,1.0,0.0,0.0,1.0,1,100.0,9999.0,-9999.0,1,1.0
0 / END OF GENERATOR DATA, BEGIN BRANCH DATA
2,3,'1 ',0.005,0.05,0.0,0.0,0.0,0.0,0.0,{reactor},0.0,0.0,1,1,0.0,1,1.0
0 / END OF BRANCH DATA, BEGIN TRANSFORMER DATA
{transformer}
0 / END OF TRANSFORMER DATA, BEGIN AREA DATA
0 / END OF AREA DATA, BEGIN TWO-TERMINAL DC DATA
0 / END OF TWO-TERMINAL DC DATA, BEGIN VSC DC LINE DATA
0 / END OF VSC DC LINE DATA, BEGIN IMPEDANCE CORRECTION DATA
0 / END OF IMPEDANCE CORRECTION DATA, BEGIN MULTI-TERMINAL DC DATA
0 / END OF MULTI-TERMINAL DC DATA, BEGIN MULTI-SECTION LINE DATA
0 / END OF MULTI-SECTION LINE DATA, BEGIN ZONE DATA
0 / END OF ZONE DATA, BEGIN INTER-AREA TRANSFER DATA
0 / END OF INTER-AREA TRANSFER DATA, BEGIN OWNER DATA
0 / END OF OWNER DATA, BEGIN FACTS DEVICE DATA
0 / END OF FACTS DEVICE DATA, BEGIN SWITCHED SHUNT DATA
0 / END OF SWITCHED SHUNT DATA, BEGIN GNE DATA
0 / END OF GNE DATA
Q
"""
WINDING = "1.0,0.0,0.0,0.0,0.0,0.0,0,0,1.1,0.9,1.1,0.9,33,0,0.0,0.0,0.0"
TWO = "1,2,0,'1 ',1,1,{iron},1,'T1',1,1,1.0\n0.002,0.1,100.0\n" + WINDING + "\n1.0,0.0"
THREE = "1,2,3,'1 ',1,1,1,0.0,0.0,1,'T1',{status},1,1.0\n0.002,0.1,100.0,0.002,0.12,100.0,0.003,0.15,100.0,1.0,0.0\n" + "\n".join([WINDING] * 3)
NO_IRON, POWER = "1,0.0,0.0", "50.0,10.0,0.0,0.0,0.0,0.0"


def case(name, load=POWER, reactor="0.0", iron=NO_IRON, transformer=None):
    path = f"{name}.raw"
    with open(path, "w") as file:
        file.write(CASE.format(load=load, reactor=reactor, transformer=transformer or TWO.format(iron=iron)))
    return path


def by_andes(path):
    """Voltage of the hall, MW and Mvar from the grid."""
    found = andes.load(path, no_output=True, default_config=True)
    found.PFlow.run()
    assert found.PFlow.converged
    return [found.Bus.v.v[2], 100 * found.Slack.p.v[0], 100 * found.Slack.q.v[0]]


def by_pypowsybl(path):
    grid = pypowsybl.network.load(path)
    pypowsybl.loadflow.run_ac(grid, pypowsybl.loadflow.Parameters(distributed_slack=False))
    is_served = np.isfinite(grid.get_loads().p.iloc[0])
    hall_v = grid.get_buses().v_mag.iloc[-1] / 34.5 if is_served else np.nan
    both = grid.get_2_windings_transformers(), grid.get_3_windings_transformers()
    return [hall_v, *[sum(rows[one].sum() for rows in both if len(rows)) for one in ("p1", "q1")]]


def by_hand(power=0.5 + 0.1j, admittance=0j, reactor=0j, iron=0j):
    """Per unit of 100 MVA: transformer and line in a row, solved by going round."""
    through, along, hall_v = 1 / (0.002 + 0.1j), 1 / (0.005 + 0.05j), 1 + 0j
    nodes = np.array([[through + along + reactor, -along], [-along, along + admittance]])
    for _ in range(200):
        main_v, hall_v = np.linalg.solve(nodes, [1.02 * through, -np.conj(power / hall_v)])
    drawn = 1.02 * np.conj((1.02 - main_v) * through + 1.02 * iron)
    return [abs(hall_v), 100 * drawn.real, 100 * drawn.imag]


DARK = [np.nan, 0.0, 0.0]
IRON = 0.001 - 1j * (0.01**2 - 0.001**2) ** 0.5
asked = {
    "constant power": (case("power"), by_hand()),
    "constant admittance": (case("admittance", load="0.0,0.0,0.0,0.0,50.0,-10.0"), by_hand(0j, admittance=0.5 - 0.1j)),
    "reactor on the line": (case("reactor", reactor="-0.2"), by_hand(reactor=-0.2j)),
    "iron": (case("iron", iron="2,100000.0,0.01"), by_hand(iron=IRON)),
    "all windings out": (case("out", transformer=THREE.format(status=0)), DARK),
}
right = {}
for name, (path, hand) in asked.items():
    for reader, read in {"ANDES": by_andes, "pypowsybl": by_pypowsybl}.items():
        found = read(path)
        right[name, reader] = np.allclose(found, hand, rtol=3e-3, atol=0.03, equal_nan=True)
        print(f"{name}, {reader}: hall {found[0]:.3f} per unit, grid {found[1]:.2f} MW, {found[2]:.2f} Mvar; by hand {hand[0]:.3f}, {hand[1]:.2f}, {hand[2]:.2f}")
wrong = {pair for pair, same in right.items() if not same}
raise SystemExit(
    wrong
    != {("constant admittance", "pypowsybl"), ("reactor on the line", "ANDES"), ("iron", "ANDES"), ("all windings out", "ANDES")}
)
PYTHON
