#!/usr/bin/env bash
# Question  A hall of 10 MW hangs on two cables that bear 7 each; the rating is stated in MVA, in MW, or in amperes. The network is written as CGMES, the operators' exchange format, and read again by the
#           same library. Which losses overload the other cable, before and after?
# Guess     Both, before and after: the format has a place for each of the three (CurrentLimit, ActivePowerLimit, ApparentPowerLimit).
# Seen      pypowsybl 1.16.1: with amperes as guessed. With MVA or MW both before and none after: the limits are gone, "CONVERGED", and no report. In XIIDM, the library's own
#           format, they stay.
# Matters   Grid operators rate transformers and interconnections in MVA. A site that cannot stand the loss of a cable passes its contingencies at the colleague who got the file,
#           and has no limit at all.
# Here      twin exports no CGMES; its file for pandapower states amperes and a highest loading: docs/physics/electrical.md.
source "$(dirname "$0")/run_in.sh"
run_in pypowsybl==1.16.1 pandas==2.3.3 numpy==2.4.6 <<'PYTHON'
import logging

import pypowsybl as pp

logging.disable(logging.CRITICAL)
MOST = {"CURRENT": 202.0, "ACTIVE_POWER": 7.0, "APPARENT_POWER": 7.0}


def site(kind):
    net = pp.network.create_empty("site")
    net.create_substations(id=["S1", "S2"])
    net.create_voltage_levels(id=["V1", "V2"], substation_id=["S1", "S2"], topology_kind=["BUS_BREAKER"] * 2, nominal_v=[20.0] * 2)
    net.create_buses(id=["grid", "hall"], voltage_level_id=["V1", "V2"])
    power = {"min_p": [0.0], "max_p": [100.0], "target_p": [10.0], "target_q": [0.0]}
    net.create_generators(id=["utility"], voltage_level_id=["V1"], bus_id=["grid"], target_v=[20.0], voltage_regulator_on=[True], **power)
    net.create_loads(id=["racks"], voltage_level_id=["V2"], bus_id=["hall"], p0=[10.0], q0=[0.0])
    ends = {"voltage_level1_id": ["V1"] * 2, "bus1_id": ["grid"] * 2, "voltage_level2_id": ["V2"] * 2, "bus2_id": ["hall"] * 2}
    ohms = {"r": [0.1] * 2, "x": [0.2] * 2, "g1": [0.0] * 2, "b1": [0.0] * 2, "g2": [0.0] * 2, "b2": [0.0] * 2}
    net.create_lines(id=["A", "B"], **ends, **ohms)
    limit = {"type": [kind] * 2, "value": [MOST[kind]] * 2, "acceptable_duration": [-1] * 2}
    net.create_operational_limits(element_id=["A", "B"], side=["ONE"] * 2, name=["permanent_limit"] * 2, **limit)
    return net


def again(net, kind):
    file = {"CGMES": "site.zip", "XIIDM": "site.xiidm"}[kind]
    net.save(file, format=kind)
    return pp.network.load(file)


def overloads(net):
    study = pp.security.create_analysis()
    study.add_single_element_contingencies(["A", "B"])
    found = study.run_ac(net)
    assert {one.status.name for one in found.post_contingency_results.values()} == {"CONVERGED"}
    return sorted({case for case, _ in found.limit_violations.index}), len(net.get_operational_limits())


seen = {}
for kind in MOST:
    seen[kind] = [overloads(net) for net in (site(kind), again(site(kind), "XIIDM"), again(site(kind), "CGMES"))]
    print(f"{kind}: losses that overload, and limits: before {seen[kind][0]}, by XIIDM {seen[kind][1]}, by CGMES {seen[kind][2]}")
both, none = (["A", "B"], 2), ([], 0)
raise SystemExit(seen != {"CURRENT": [both] * 3, "ACTIVE_POWER": [both, both, none], "APPARENT_POWER": [both, both, none]})
PYTHON
