#!/usr/bin/env bash
# Question  One line from the grid can carry 155 MW to a site. What does a power flow say of a site of 200 MW, and of one of 300?
# Guess     It does not converge, like pandapower's.
# Seen      ANDES 2.0.0 converges on both: the voltage is 0.689 and 0.574 of nominal, and the grid gives 164.6 and 179.7 MW, less than is
#           asked for. Below 0.8 of nominal every load becomes an impedance by default (PQ.pq2z), which draws less as the voltage falls, so that
#           there is no load a line could not carry; p0 still reads 2.0 and 3.0, and nothing says that it was changed. At 150 MW, which the line
#           can just carry, it is 0.759 instead of 0.675. With pq2z=0 it gives pandapower 3.5.6's four digits up to 150 MW, and fails above.
#           In a simulation in time all loads are impedances from the start (p2z=1), at any voltage.
# Matters   Power supplies of servers draw more current, not less, as the voltage falls. A campus that the grid cannot feed passes as one of
#           low voltage, and a sag is milder, and over sooner, than it will be.
# Here      Loads in twin are of constant power at every voltage, and a network that cannot carry them is said to collapse in `twin check`, and not
#           exported: tests/validation/test_electrical_peers.py.
source "$(dirname "$0")/run_in.sh"
run_in andes==2.0.0 kvxopt==1.3.3.3 pandapower==3.5.6 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1 numba==0.68.1 <<'PYTHON'
import logging

import andes
import pandapower as pp

andes.config_logger(50)
logging.disable(logging.CRITICAL)
OHM_FRAC, REACTIVE, BASE_MVA, VOLT_KV = (0.0322, 0.2149), 0.3, 100.0, 110.0


def by_andes(load_mw, keep=True):
    system = andes.System(no_output=True, config_option=None if keep else ["PQ.pq2z=0"])
    for idx in (1, 2):
        system.add("Bus", idx=idx, Vn=VOLT_KV, v0=1.0, a0=0.0)
    system.add("Slack", idx=1, bus=1, v0=1.0, a0=0.0, Sn=BASE_MVA, Vn=VOLT_KV, p0=1.0, q0=0.0)
    system.add("Line", idx=1, bus1=1, bus2=2, r=OHM_FRAC[0], x=OHM_FRAC[1], b=0.0, Vn1=VOLT_KV, Vn2=VOLT_KV)
    asked = load_mw / BASE_MVA
    system.add("PQ", idx=1, bus=2, p0=asked, q0=asked * REACTIVE, Vn=VOLT_KV)
    system.setup()
    system.PFlow.run()
    if not system.PFlow.converged:
        return None
    return round(float(system.Bus.v.v[1]), 4), round(float(system.Slack.p.v[0]) * BASE_MVA, 1), float(system.PQ.p0.v[0])


def by_pandapower(load_mw):
    net = pp.create_empty_network()
    grid, site = pp.create_bus(net, VOLT_KV), pp.create_bus(net, VOLT_KV)
    pp.create_ext_grid(net, grid)
    ohm = [part * VOLT_KV**2 / BASE_MVA for part in OHM_FRAC]
    pp.create_line_from_parameters(net, grid, site, 1.0, *ohm, 0.0, 10.0)
    pp.create_load(net, site, load_mw, load_mw * REACTIVE)
    try:
        pp.runpp(net)
    except pp.LoadflowNotConverged:
        return None
    return round(float(net.res_bus.vm_pu[site]), 4), round(float(net.res_ext_grid.p_mw[0]), 1)


seen, alike = {}, True
for load_mw in (100, 150, 200, 300):
    seen[load_mw] = by_andes(load_mw)
    kept, other = by_andes(load_mw, keep=False), by_pandapower(load_mw)
    alike = alike and (kept[:2] if kept else None) == other
    print(f"{load_mw} MW: voltage, MW from the grid, load stated: {seen[load_mw]}; of constant power {kept}; pandapower {other}")
stated = {
    100: (0.8584, 104.8, 1.0),
    150: (0.759, 146.1, 1.5),
    200: (0.6889, 164.6, 2.0),
    300: (0.5738, 179.7, 3.0),
}
raise SystemExit(not (seen == stated and alike and by_pandapower(200) is None))
PYTHON
