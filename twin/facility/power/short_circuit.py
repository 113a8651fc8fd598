"""Prospective fault currents of a facility's power tree."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from twin.arrays import Array, Complex, Index
from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.model import Facility
from twin.facility.power.electrical import electrical_network
from twin.physics.short_circuit import (
    WARM_K,
    fault_power_va,
    generator_per_va,
    grid_per_va,
    transformer_factor,
)

GRID_VA = 500e6
"""Short-circuit power of a grid at medium voltage where the site states none: usual at 10 to 20 kV;
assumed."""
SUBTRANSIENT_FRAC = 0.12
"""x''d of generators whose row states none: sets of 1 to 3 MW have 0.10 to 0.16, and less is more
current; assumed."""
GENERATOR_POWER_FACTOR = 0.8
"""Ratings of generators in watts are at this power factor, by usual practice."""
_WARM_DEGC = 90.0
_COLD_DEGC = 20.0
_KNOWN: WeakKeyDictionary[Facility, tuple[Array, Array]] = WeakKeyDictionary()


def grid_va(facility: Facility) -> tuple[float, bool]:
    """Short-circuit power of the grid at each utility, and whether the site states it."""
    limits = facility.scenario.site.limits
    stated = None if limits is None else limits.short_circuit_power
    return (GRID_VA, False) if stated is None else (stated, True)


def fault_currents_a(facility: Facility) -> tuple[Array, Array]:
    """(power node,) initial symmetrical current of a three-phase fault at each output: as it is
    usually fed, and on generators alone with every utility lost. 0 where nothing feeds it.

    A UPS passes what its first supply gives through its static bypass: the most that a device
    behind it may have to break.
    """
    if facility not in _KNOWN:
        utilities = np.flatnonzero(of_role(facility.power.kind, Role.SUPPLY)).tolist()
        _KNOWN[facility] = (_fed(facility, []), _fed(facility, utilities))
    return _KNOWN[facility]


def _fed(facility: Facility, lost: list[int]) -> Array:
    network = electrical_network(facility, lost or None)
    source = _sources(facility, network.voltage_v)
    source[lost] = np.inf
    edges = _ways(facility, network.supply, network.taker)
    power_va = fault_power_va(edges, _series(facility), source)
    return np.asarray(power_va / (np.sqrt(3.0) * network.voltage_v))


def _ways(facility: Facility, supply: Index, taker: Index) -> tuple[Index, Index]:
    """Edges between equipment; a UPS has one supply, for its input ties no two together."""
    kinds = facility.power.kind
    first = np.ones(taker.size, dtype=bool)
    first[1:] = taker[1:] != taker[:-1]
    kept = first | ~of_role(kinds, Role.STORE)[taker]
    kept &= taker < facility.power.equipment
    return supply[kept], taker[kept]


def _series(facility: Facility) -> Complex:
    """(node,) impedance of transformers, corrected, and of cold conductors; no others have any."""
    tree = facility.power
    warm = tree.loss_square_frac / tree.rating_w
    transformer = np.array([kind == "transformer" for kind in tree.kind])
    cold = warm / (1.0 + WARM_K * (_WARM_DEGC - _COLD_DEGC))
    rating_w = np.where(transformer, tree.rating_w, 1.0)
    factor = np.where(transformer, transformer_factor(tree.reactance_per_va * rating_w), 1.0)
    resistance = np.where(transformer, warm, cold)
    stated = tree.reactance_per_va > 0
    return np.where(stated, factor * (resistance + 1j * tree.reactance_per_va), 0.0)


def _sources(facility: Facility, voltage_v: Array) -> Complex:
    """(node,) impedance behind utilities and generators, inf elsewhere."""
    tree = facility.power
    found = np.full(len(tree.id), np.inf, dtype=complex)
    found[of_role(tree.kind, Role.SUPPLY)] = grid_per_va(grid_va(facility)[0])
    sets = of_role(tree.kind, Role.STANDBY)
    stated = tree.subtransient_reactance_frac[sets]
    found[sets] = generator_per_va(
        np.where(np.isnan(stated), SUBTRANSIENT_FRAC, stated),
        tree.rating_w[sets] / GENERATOR_POWER_FACTOR,
        GENERATOR_POWER_FACTOR,
        voltage_v[sets] <= 1000.0,
    )
    return found
