#!/usr/bin/env bash
# Question  A grid with a converter of direct current that holds its reactive power is written as CGMES, the operators' exchange format, and read again by the same library. What is the current in the
#           line beside it before, and after?
# Guess     The same to the last decimals that a file holds.
# Seen      pypowsybl 1.16.1, its example of four substations: the converter gives 120 Mvar before and takes 120 after, as `target_q` comes back as -120; so the line carries 310 A and
#           then 175, and the board behind it is at 409 kV and then 398. Both converge; active power, loads, switches and limits are the same. In XIIDM (the
#           library's own format) all is as it was. Written and read twice it is right again.
# Matters   240 Mvar at one board is another plant: a line that is full in one study is at half in the colleague's, who got the file, and the voltage of a
#           connection is 3 % off. Nothing in the file looks wrong.
# Here      twin exports no CGMES and has no such converters: docs/physics/electrical.md names the files it writes.
source "$(dirname "$0")/run_in.sh"
run_in pypowsybl==1.16.1 pandas==2.3.3 numpy==2.4.6 <<'PYTHON'
import logging

import pypowsybl as pp

logging.disable(logging.CRITICAL)


def state(net):
    assert {one.status.name for one in pp.loadflow.run_ac(net)} == {"CONVERGED"}
    station = net.get_vsc_converter_stations().loc["VSC2"]
    line = net.get_lines().loc["LINE_S2S3"]
    numbers = station.target_q, line.p1, line.i1, net.get_buses().v_mag["S2VL1_0"]
    return [round(float(one)) for one in numbers]


def again(net, kind):
    file = {"CGMES": "site.zip", "XIIDM": "site.xiidm"}[kind]
    net.save(file, format=kind)
    return pp.network.load(file)


first = pp.network.create_four_substations_node_breaker_network()
once = again(first, "CGMES")
seen = {"first": state(first), "CGMES": state(once), "CGMES twice": state(again(once, "CGMES")), "XIIDM": state(again(first, "XIIDM"))}
for name, (asked, power, current, voltage) in seen.items():
    print(f"{name}: converter {asked} Mvar, line {power} MW and {current} A, board {voltage} kV")
same = [120, 110, 310, 409]
raise SystemExit(seen != {"first": same, "CGMES": [-120, 110, 175, 398], "CGMES twice": same, "XIIDM": same})
PYTHON
