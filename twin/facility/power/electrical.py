"""A facility's power tree as an alternating-current network: impedances, loads with their power
factor, and who feeds whom now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Complex, Index, Mask
from twin.catalogue.equipment_kinds import Role, is_source, of_role
from twin.facility.model import Facility
from twin.facility.power.loading import loading, peak_loads_w, wiring
from twin.physics import flow
from twin.physics.radial import RadialNetwork, RadialSolution, radial_network, solve

RACK_POWER_FACTOR = 0.98
"""Of racks at their input: supplies with power factor correction, near full load; assumed."""
UNIT_POWER_FACTOR = 0.9
"""Of cooling units: motors behind drives, and some without; assumed."""
MEDIUM_VOLTAGE_V = 13_800.0
"""Between lines, where a supply above a transformer states none; IEEE 493's utilities; assumed."""


@dataclass(frozen=True, eq=False)
class ElectricalNetwork:
    """Nodes of the power tree as a network, and what they draw; arrays are (power node,)."""

    supply: Index
    """(edge,) edges that carry something now."""
    taker: Index
    share: Complex
    """(edge,) of the current into the taker that the supply gives."""
    live: Mask
    impedance_per_va: Complex
    regulated: Mask
    load_va: Complex
    voltage_v: Array
    """Nominal, between lines at the output."""
    sweeps: RadialNetwork


def electrical_network(facility: Facility, lost: Sequence[int] | None = None) -> ElectricalNetwork:
    """Every load at its peak, everything in service but the lost power nodes."""
    tree = facility.power
    live = loading(facility, lost).live
    wires = wiring(facility)
    share = flow.shares(wires, live)
    used = share > 0
    supply = wires.supply[used]
    taker = wires.taker[used]
    admittance = tree.admittance[used]
    whole = np.zeros(len(tree.id), dtype=complex)
    np.add.at(whole, taker, admittance)
    edges = (supply, taker, admittance / whole[taker])
    regulated = of_role(tree.kind, Role.STORE) | np.array([is_source(kind) for kind in tree.kind])
    impedance = np.where(regulated, 0.0, tree.loss_square_frac / tree.rating_w)
    loss = (tree.loss_idle_frac, tree.loss_linear_frac, tree.loss_square_frac)
    live_loss = tuple(np.where(live, part, 0.0) for part in loss)
    z = impedance + 1j * np.where(regulated, 0.0, tree.reactance_per_va)
    return ElectricalNetwork(
        *edges,
        live,
        z,
        regulated,
        _loads_va(facility, live),
        _nominal_v(facility),
        radial_network(
            edges, z, regulated, tree.rating_w, (live_loss[0], live_loss[1], live_loss[2])
        ),
    )


def solved(network: ElectricalNetwork) -> RadialSolution:
    """Voltages and currents of it. Raises ArithmeticError where it cannot carry its load."""
    return solve(network.sweeps, network.load_va)


def _loads_va(facility: Facility, live: Mask) -> Complex:
    tree = facility.power
    load_w = peak_loads_w(facility)
    factor = np.ones(load_w.size)
    factor[tree.load_of_rack] = RACK_POWER_FACTOR
    factor[tree.load_of_unit] = UNIT_POWER_FACTOR
    return np.where(live, load_w * (1.0 + 1j * np.tan(np.arccos(factor))), 0.0)


def _nominal_v(facility: Facility) -> Array:
    """(power node,): stated, or that of its first supply; medium voltage where nothing is."""
    tree = facility.power
    voltage = tree.voltage_v.copy()
    first: dict[int, int] = {}
    for supply, taker in zip(tree.supply.tolist(), tree.taker.tolist(), strict=True):
        first.setdefault(taker, supply)
    for level in reversed(tree.levels):
        for node in level.tolist():
            if np.isnan(voltage[node]):
                above = voltage[first[node]] if node in first else np.nan
                voltage[node] = MEDIUM_VOLTAGE_V if np.isnan(above) else above
    return _low_where_below(facility, voltage)


def _low_where_below(facility: Facility, voltage: Array) -> Array:
    """Generators have the voltage of the boards that they feed, where those have another supply."""
    tree = facility.power
    standby = of_role(tree.kind, Role.STANDBY)
    for supply, taker in zip(tree.supply.tolist(), tree.taker.tolist(), strict=True):
        if standby[supply] and np.isnan(tree.voltage_v[supply]):
            voltage[supply] = voltage[taker]
    return voltage
