"""Prospective currents of three-phase faults: initial symmetrical short circuits, IEC 60909-0:2016.

All per volt-ampere as in `twin.physics.impedance`: ohms over the square of the voltage between
lines, so that both sides of a transformer add up. Loads are left out, as the standard does for
static ones; motors behind converters feed nothing back. Inverters of stores and arrays are sources
of current, as pandapower 3.5.6 has static generators (`calc_sc`; the standard's own text on
converters was not at hand): they add to what impedances let through, and are alone where these let
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = NDArray[np.int64]

VOLTAGE_FACTOR = 1.1
"""c_max of table 1: medium voltage, and low voltage with a tolerance of 10 %."""
GRID_R_OVER_X = 0.1
"""Of a network feeder whose resistance nobody states (clause 6.2)."""
WARM_K = 0.004
"""Resistance of copper and aluminium, 1/K (clause 6.4); largest currents are those at 20 degC."""
_BLOCK = 256


def grid_per_va(short_circuit_va: float) -> complex:
    """Impedance of a network feeder from its short-circuit power: c / S'' (equation 6)."""
    reactance = VOLTAGE_FACTOR / short_circuit_va / np.sqrt(1.0 + GRID_R_OVER_X**2)
    return complex(GRID_R_OVER_X * reactance, reactance)


def transformer_factor(reactance_frac: Array) -> Array:
    """K_T by which its impedance is multiplied (equation 12a).

    reactance_frac  of its own rating
    """
    return 0.95 * VOLTAGE_FACTOR / (1.0 + 0.6 * reactance_frac)


def generator_per_va(
    subtransient_frac: Array, rating_va: Array, power_factor: float, low_voltage: NDArray[np.bool_]
) -> Complex:
    """Corrected impedance of generators that feed a bus directly (equations 17 and 18).

    R is 0.15 X'' up to 1 kV and 0.07 X'' above it, below 100 MVA (clause 6.6.1).
    """
    factor = VOLTAGE_FACTOR / (1.0 + subtransient_frac * np.sqrt(1.0 - power_factor**2))
    resistance = np.where(low_voltage, 0.15, 0.07) * subtransient_frac
    return np.asarray(factor * (resistance + 1j * subtransient_frac) / rating_va)


def fault_power_va(
    edges: tuple[Index, Index],
    impedance_per_va: Complex,
    source_per_va: Complex,
    inverter_va: Array,
) -> Array:
    """(node,) short-circuit power S'' at the output of each; 0 where nothing reaches it.

    edges             supply and taker, (edge,): the output of the one is the input of the other
    impedance_per_va  (node,) between input and output; 0 where there is none
    source_per_va     (node,) behind the output of a source; inf where it is none
    inverter_va       (node,) what its inverter gives into a fault, at nominal voltage
    """
    size = impedance_per_va.size
    node = np.arange(size)
    solid = impedance_per_va == 0
    joins = np.concatenate([edges[0], node[solid]]), np.concatenate([edges[1], node[solid]]) + size
    bus = _parts(joins, 2 * size)
    buses = int(bus.max(initial=-1)) + 1
    fed = np.isfinite(source_per_va)
    network = _Network(
        upper=bus[node[~solid] + size],
        lower=bus[node[~solid]],
        series=1.0 / impedance_per_va[~solid],
        source=bus[node[fed]],
        shunt=1.0 / source_per_va[fed],
        inverter_va=_summed(bus[:size], inverter_va, buses),
    )
    return np.asarray(_powers(network)[bus[:size]])


@dataclass(frozen=True)
class _Network:
    """Admittances between buses (branch,), to ground at sources (source,), and inverters (bus,)."""

    upper: Index
    lower: Index
    series: Complex
    source: Index
    shunt: Complex
    inverter_va: Array

    def within(self, kept: NDArray[np.bool_]) -> _Network:
        """The same with these buses alone."""
        place = np.cumsum(kept) - 1
        inner = kept[self.upper]
        return _Network(
            place[self.upper[inner]],
            place[self.lower[inner]],
            self.series[inner],
            place[self.source],
            self.shunt,
            self.inverter_va[kept],
        )


def _parts(joins: tuple[Index, Index], size: int) -> Index:
    """(vertex,) number of the connected part that each belongs to."""
    graph = scipy.sparse.csr_array((np.ones(joins[0].size), joins), shape=(size, size))
    return np.asarray(
        scipy.sparse.csgraph.connected_components(graph, directed=False)[1], dtype=np.int64
    )


def _powers(network: _Network) -> Array:
    """(bus,) what flows into a fault there: by the impedance seen, and of inverters."""
    size = network.inverter_va.size
    part = _parts((network.upper, network.lower), size)
    reached = np.isin(part, part[network.source])
    power_va = _summed(part, network.inverter_va, size)[part]
    if reached.any():
        power_va[reached] = _seen(network.within(reached))
    return power_va


def _summed(place: Index, value: Array, size: int) -> Array:
    return np.bincount(place, value, size).astype(np.float64)


def _seen(network: _Network) -> Array:
    """(bus,) power where every bus is connected to a source: (c + sum |Z_ij| I_j) / |Z_ii|."""
    solver = scipy.sparse.linalg.splu(_admittances(network))
    size = network.inverter_va.size
    part = _parts((network.upper, network.lower), size)
    own = np.zeros(size)
    for bus, column, unit in _together(part, np.arange(size)):
        own[bus] = np.abs(solver.solve(unit)[bus, column])
    driven = np.full(size, VOLTAGE_FACTOR)
    for bus, column, unit in _together(part, np.flatnonzero(network.inverter_va)):
        given = np.zeros((size, unit.shape[1]))
        given[part[bus], column] = network.inverter_va[bus]
        driven += (np.abs(solver.solve(unit)) * given[part]).sum(axis=1)
    return driven / own


def _admittances(network: _Network) -> scipy.sparse.csc_array:
    upper = network.upper
    lower = network.lower
    series = network.series
    row = np.concatenate([upper, lower, upper, lower, network.source])
    column = np.concatenate([upper, lower, lower, upper, network.source])
    value = np.concatenate([series, series, -series, -series, network.shunt])
    size = network.inverter_va.size
    return scipy.sparse.csc_array((value, (row, column)), shape=(size, size))


def _together(part: Index, buses: Index) -> Iterator[tuple[Index, Index, Complex]]:
    """Some of the buses, the columns of each, and (bus, column) ones there: parts that nothing
    joins share a column.
    """
    place = _place_in(part[buses])
    for begin in range(0, int(place.max(initial=-1)) + 1, _BLOCK):
        mine = (place >= begin) & (place < begin + _BLOCK)
        column = place[mine] - begin
        unit = np.zeros((part.size, int(column.max()) + 1), dtype=complex)
        unit[buses[mine], column] = 1.0
        yield buses[mine], column, unit


def _place_in(part: Index) -> Index:
    """(bus,) how many of its part stand before it."""
    order = np.argsort(part, kind="stable")
    first = np.searchsorted(part[order], part[order])
    place = np.empty(part.size, dtype=np.int64)
    place[order] = np.arange(part.size) - first
    return place
