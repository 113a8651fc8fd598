"""A coolant loop in EPANET 2.2, through wntr: `python -m tests.benchmarks.epanet > FILE.csv`.

Eight racks on direct-return headers, two units of two pumps, 25 % propylene glycol at 43 °C. The
flows are kept in tests/data/cooling/epanet_loop.csv, which test_hydraulics.py reads; wntr 1.5.0 has
to be installed (with six, which it imports and does not ask for).
"""

from __future__ import annotations

import sys

import numpy as np

KG_M3 = 1008.26
PA_S = 0.00123
RACKS = 8
RATED_M3_S = 0.002
BRANCH_M = 0.035
PUMP_M3_S = 0.0044
PUMP_PA = 244e3
STATIC_M = 20.0
_G = 9.80665
_WATER_M2_S = 1.1e-5 * 0.3048**2
"""What EPANET's viscosity is a multiple of."""
CASES = {
    "all": ((), (), 1.0),
    "one_pump_lost": (("p11",), (), 1.0),
    "valve_closed": ((), ("rack3",), 1.0),
    "slow": ((), (), 0.7),
}
"""Pumps that stand, racks that are shut, speed."""


def rack_drop_pa() -> np.ndarray:
    """(rack,) at rated flow: no two alike."""
    return 79.8e3 * (1.0 + 0.05 * np.arange(RACKS))


def main() -> None:
    """Write the flows of every case."""
    network = _network()
    sys.stdout.write("case,link,flow_m3_s\n")
    for case, (standing, shut, speed) in CASES.items():
        for link, flow in _flows(network, standing, shut, speed).items():
            sys.stdout.write(f"{case},{link},{flow:.9g}\n")


def _network() -> object:
    import wntr

    net = wntr.network.WaterNetworkModel()
    asked = net.options.hydraulic
    asked.headloss = "D-W"
    asked.inpfile_units = "CMH"
    asked.viscosity = PA_S / KG_M3 / _WATER_M2_S
    asked.accuracy = 1e-9
    asked.trials = 500
    net.add_reservoir("Rroot", base_head=STATIC_M)
    net.add_junction("Sroot", 0, elevation=0)

    def pipe(name: str, a: str, b: str, measures: tuple[float, float, float]) -> None:
        for node in (a, b):
            if node not in net.node_name_list:
                net.add_junction(node, 0, elevation=0)
        length, bore, heads = measures
        net.add_pipe(name, a, b, length=length, diameter=bore, roughness=4.5e-5, minor_loss=heads)

    head = PUMP_PA / KG_M3 / _G
    net.add_curve("pump", "HEAD", [(0, head * 4 / 3), (PUMP_M3_S, head), (2 * PUMP_M3_S, 0.0)])
    for unit in (1, 2):
        pipe(f"ret{unit}", "Rroot", f"A{unit}", (10, 0.1, 8))
        pipe(f"sup{unit}", f"B{unit}", "Sroot", (10, 0.1, 8))
        for k in (1, 2):
            net.add_pump(f"p{unit}{k}", f"A{unit}", f"B{unit}", "HEAD", "pump")
    area = np.pi / 4 * BRANCH_M**2
    heads = rack_drop_pa() * 2 * area**2 / KG_M3 / RATED_M3_S**2
    for i in range(RACKS):
        pipe(f"hs{i}", f"S{i - 1}" if i else "Sroot", f"S{i}", (0.6, 0.1, 0.5))
        pipe(f"hr{i}", f"R{i}", f"R{i - 1}" if i else "Rroot", (0.6, 0.1, 0.5))
        pipe(f"rack{i}", f"S{i}", f"R{i}", (3.0, BRANCH_M, heads[i]))
    return net


def _flows(
    net: object, standing: tuple[str, ...], shut: tuple[str, ...], speed: float
) -> dict[str, float]:
    import wntr

    for name in net.pump_name_list:  # type: ignore[attr-defined]
        pump = net.get_link(name)  # type: ignore[attr-defined]
        pump.initial_status = "Closed" if name in standing else "Open"
        pump.base_speed = speed
        pump.initial_setting = speed
    for i in range(RACKS):
        link = net.get_link(f"rack{i}")  # type: ignore[attr-defined]
        link.initial_status = "Closed" if f"rack{i}" in shut else "Open"
    found = wntr.sim.EpanetSimulator(net).run_sim(file_prefix="/tmp/epanet_loop")
    flows = found.link["flowrate"].iloc[0]
    return {k: float(v) for k, v in flows.items() if k.startswith(("rack", "p"))}


if __name__ == "__main__":
    main()
