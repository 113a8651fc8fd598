"""A facility's power tree as an alternating-current network: impedances, loads with their power
factor, and who feeds whom now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from twin.arrays import Array, Complex, Index, Mask
from twin.catalogue.equipment_kinds import Role, is_source, of_role
from twin.facility.model import Facility
from twin.facility.power.loading import loading, peak_loads_w, wiring
from twin.facility.power.nominal import nominal_v
from twin.physics import flow
from twin.physics.radial import RadialNetwork, RadialSolution, radial_network, solve

RACK_POWER_FACTOR = 0.98
"""Of racks at their input: supplies with power factor correction, near full load; assumed."""
UNIT_POWER_FACTOR = 0.9
"""Of cooling units: motors behind drives, and some without; assumed."""
OTHER_POWER_FACTOR = 0.9
"""Of lights, offices and lifts; assumed."""


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


_IN_SERVICE: WeakKeyDictionary[Facility, ElectricalNetwork] = WeakKeyDictionary()


def electrical_network(facility: Facility, lost: Sequence[int] | None = None) -> ElectricalNetwork:
    """Every load at its peak, everything in service but the lost power nodes.

    With nothing lost it is built once a facility: a review asks six times.
    """
    if lost is not None:
        return _built(facility, lost)
    if facility not in _IN_SERVICE:
        _IN_SERVICE[facility] = _built(facility, None)
    return _IN_SERVICE[facility]


def _built(facility: Facility, lost: Sequence[int] | None) -> ElectricalNetwork:
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
    volts = nominal_v(facility)
    # ohms are those of the row: at another voltage than its own they are another share of it
    own = np.where(np.isfinite(tree.voltage_v), (tree.voltage_v / volts) ** 2, 1.0)
    square = tree.loss_square_frac * np.where(regulated, 1.0, own)
    live_loss = [
        np.where(live, part, 0.0) for part in (tree.loss_idle_frac, tree.loss_linear_frac, square)
    ]
    z = np.where(regulated, 0.0, square / tree.rating_w + 1j * own * tree.reactance_per_va)
    return ElectricalNetwork(
        *edges,
        live,
        z,
        regulated,
        _loads_va(facility, live),
        volts,
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
    factor[tree.load_of_other] = OTHER_POWER_FACTOR
    return np.where(live, load_w * (1.0 + 1j * np.tan(np.arccos(factor))), 0.0)
