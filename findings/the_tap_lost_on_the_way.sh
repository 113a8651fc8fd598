#!/usr/bin/env bash
# Question  A network of pypowsybl (10 MW over a transformer and two cables) is saved as XIIDM and read by pandapower's own reader: with the transformer's tap two
#           steps up, a capacitor of 3 Mvar, a battery that charges with 4 MW, and an engine of 4 MW and 1 Mvar that does not regulate. Is the voltage found?
# Guess     To 1e-3 per unit each time, or what is left out is named.
# Seen      pypowsybl 1.16.1 says 1.031, 0.982, 0.961 and 0.981. pandapower 3.5.6 (`from_pypowsybl`) says 0.969 for the first three, the voltage with the tap in
#           the middle, no capacitor and no battery, and 1.000 for the engine: it has become one that holds the voltage, at whatever it takes. Nothing is said unless
#           the comparison is asked for. The plain network agrees.
# Matters   6 % of voltage is the whole band of a board: a study that starts from the operator's network finds undervoltage that is not there, and an
#           engine that saves a board that it cannot save.
# Here      twin reads no network of pypowsybl. docs/physics/electrical.md says which way of a network through other programs was tried.
source "$(dirname "$0")/run_in.sh"
run_in pandapower==3.5.6 pypowsybl==1.16.1 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1 <<'PYTHON'
import logging

import pandapower as pp
import pandas as pd
import pypowsybl
from pandapower.converter.pypowsybl.from_pypowsybl import from_pypowsybl

logging.disable(logging.CRITICAL)
TRANSFORMER_OHM = 20.0**2 / 40.0


def one(name, **columns):
    return pd.DataFrame([columns], index=pd.Index([name], name="id"))


def engine(net, name, level, bus, power_mw, **more):
    row = {"target_p": power_mw, "target_q": 1.0, "min_p": -500.0, "max_p": 500.0, "energy_source": "OTHER"}
    net.create_generators(one(name, voltage_level_id=level, bus_id=bus, **row, **more))


def site(case):
    net = pypowsybl.network.create_empty("site")
    net.create_substations(id=["station", "campus"])
    levels = {"voltage_level_id": ["high", "low", "halls"], "nominal_v": [110.0, 20.0, 20.0]}
    net.create_voltage_levels(
        id=levels["voltage_level_id"], substation_id=["station", "station", "campus"], topology_kind=["BUS_BREAKER"] * 3, nominal_v=levels["nominal_v"]
    )
    net.create_buses(id=["grid", "board", "hall"], voltage_level_id=levels["voltage_level_id"])
    engine(net, "grid_feed", "high", "grid", 10.0, target_v=110.0, voltage_regulator_on=True)
    between = {"voltage_level1_id": "high", "bus1_id": "grid", "voltage_level2_id": "low", "bus2_id": "board", "rated_u1": 110.0, "rated_u2": 20.0}
    impedance = {"r": 0.005 * TRANSFORMER_OHM, "x": 0.12 * TRANSFORMER_OHM, "g": 0.0, "b": 0.0}
    net.create_2_windings_transformers(one("transformer", **between, rated_s=40.0, **impedance))
    for name in "ab":
        ends = {"voltage_level1_id": "low", "bus1_id": "board", "voltage_level2_id": "halls", "bus2_id": "hall"}
        net.create_lines(one(name, **ends, r=1.2, x=1.1, g1=0.0, b1=0.0, g2=0.0, b2=0.0))
    at_hall = {"voltage_level_id": "halls", "bus_id": "hall"}
    net.create_loads(one("hall_load", **at_hall, p0=10.0, q0=3.0))
    if case == "a tap":
        steps = [one("transformer", rho=rho, r=0.0, x=0.0, g=0.0, b=0.0) for rho in (0.94, 0.97, 1.0, 1.03, 1.06)]
        net.create_ratio_tap_changers(one("transformer", tap=4, low_tap=0, oltc=True, regulating=False), pd.concat(steps))
    elif case == "a capacitor":
        bank = one("bank", **at_hall, model_type="LINEAR", section_count=3)
        net.create_shunt_compensators(bank, linear_model_df=one("bank", g_per_section=0.0, b_per_section=1 / 400, max_section_count=5))
    elif case == "a battery":
        net.create_batteries(one("battery", **at_hall, min_p=-5.0, max_p=5.0, target_p=-4.0, target_q=0.0))
    elif case == "an engine":
        engine(net, "engine", "halls", "hall", 4.0, target_v=20.0, voltage_regulator_on=False)
    return net


def at_hall_by_both(case):
    """Per unit at the hall."""
    net = site(case)
    exact = pypowsybl.loadflow.Parameters(distributed_slack=False, twt_split_shunt_admittance=False)
    assert pypowsybl.loadflow.run_ac(net, exact)[0].status_text == "Converged"
    net.save("site.xiidm", format="XIIDM")
    read = from_pypowsybl("site.xiidm")
    pp.runpp(read)
    return round(float(net.get_buses().v_mag["halls_0"]) / 20, 3), round(float(read.res_bus.vm_pu.iloc[2]), 3)


seen = {case: at_hall_by_both(case) for case in ("plain", "a tap", "a capacitor", "a battery", "an engine")}
for case, (there, here) in seen.items():
    print(f"{case}: {there} per unit in pypowsybl, {here} in pandapower")
true, read = zip(*seen.values())
raise SystemExit(not (true == (0.969, 1.031, 0.982, 0.961, 0.981) and read == (0.969, 0.969, 0.969, 0.969, 1.0)))
PYTHON
