"""Prospective fault currents of a facility's power tree."""

from __future__ import annotations

from dataclasses import dataclass
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
INVERTER_FAULT_FRAC = {Role.STORE: 1.5, Role.STORAGE: 1.2, Role.SOLAR: 1.2}
"""Current of inverters into a fault, of rated current, where their row states none. UPS: a maker's
limit of 150 % on battery (Schneider Electric, FAQ FA158689, Silcon; 300 % for the first 20 ms).
Stores and arrays: makers differ; 1.0 to 1.2 is usual; assumed."""
_WARM_DEGC = 90.0
_COLD_DEGC = 20.0
_KNOWN: WeakKeyDictionary[Facility, FaultCurrents] = WeakKeyDictionary()


def grid_va(facility: Facility) -> tuple[float, bool]:
    """Short-circuit power of the grid at each utility, and whether the site states it."""
    limits = facility.scenario.site.limits
    stated = None if limits is None else limits.short_circuit_power
    return (GRID_VA, False) if stated is None else (stated, True)


@dataclass(frozen=True)
class FaultCurrents:
    """Initial symmetrical currents of a three-phase fault at each output, A, (power node,)."""

    usual: Array
    """As it is usually fed; inverters of arrays and stores included."""
    standby: Array
    """On generators alone, every utility lost; stores included, arrays rest."""
    inverters: Array
    """On UPS and stores that form grid alone, before generators run: what breakers see then."""

    @property
    def most(self) -> Array:
        """What a device has to break."""
        return np.maximum(self.usual, self.standby)


def fault_currents(facility: Facility) -> FaultCurrents:
    """They are 0 where nothing feeds a node.

    A UPS passes what its first supply gives through its static bypass: the most that a device
    behind it may have to break.
    """
    if facility not in _KNOWN:
        utilities = np.flatnonzero(of_role(facility.power.kind, Role.SUPPLY)).tolist()
        volts = np.sqrt(3.0) * electrical_network(facility).voltage_v
        _KNOWN[facility] = FaultCurrents(
            _fed_va(facility, [], Role.STORAGE, Role.SOLAR) / volts,
            _fed_va(facility, utilities, Role.STORAGE) / volts,
            _on_inverters_va(facility) / volts,
        )
    return _KNOWN[facility]


def _fed_va(facility: Facility, lost: list[int], *inverters: Role) -> Array:
    network = electrical_network(facility, lost or None)
    source = _sources(facility, network.voltage_v)
    source[lost] = np.inf
    edges = _ways(facility, network.supply, network.taker)
    return fault_power_va(edges, _series(facility), source, _inverter_va(facility, *inverters))


def _on_inverters_va(facility: Facility) -> Array:
    """Into UPS flows nothing, and nothing flows up from the board of a store."""
    network = electrical_network(facility)
    supply, taker = _ways(facility, network.supply, network.taker)
    kinds = facility.power.kind
    below = of_role(kinds, Role.STORE)
    kept = ~below[taker]
    bess = facility.power.bess
    below[bess.board[np.isfinite(bess.forming_s)]] = True
    for level in reversed(facility.power.levels):
        onward = np.isin(supply, level) & kept & below[supply]
        below[taker[onward]] = True
    edges = supply[kept & below[supply]], taker[kept & below[supply]]
    given = _inverter_va(facility, Role.STORE, Role.STORAGE)
    given[~below] = 0.0
    dark = np.full(given.size, np.inf, dtype=complex)
    return np.where(below, fault_power_va(edges, _series(facility), dark, given), 0.0)


def _inverter_va(facility: Facility, *roles: Role) -> Array:
    """(node,) what inverters of these roles give into a fault."""
    tree = facility.power
    given = np.zeros(len(tree.id))
    for each in roles:
        mine = of_role(tree.kind, each)
        stated = tree.inverter_fault_frac[mine]
        frac = np.where(np.isnan(stated), INVERTER_FAULT_FRAC[each], stated)
        given[mine] = frac * tree.rating_w[mine]
    return given


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
    sets = of_role(tree.kind, Role.STANDBY, Role.PRIME)
    stated = tree.subtransient_reactance_frac[sets]
    found[sets] = generator_per_va(
        np.where(np.isnan(stated), SUBTRANSIENT_FRAC, stated),
        tree.rating_w[sets] / GENERATOR_POWER_FACTOR,
        GENERATOR_POWER_FACTOR,
        voltage_v[sets] <= 1000.0,
    )
    return found
