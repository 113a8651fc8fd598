"""Prospective currents of three-phase faults: initial symmetrical short circuits, IEC 60909-0:2016.

All per volt-ampere as in `twin.physics.impedance`: ohms over the square of the voltage between
lines, so that both sides of a transformer add up. Loads are left out, as the standard does for
static ones; motors behind converters feed nothing back, nor do arrays and stores here (the
standard counts about the rated current of their inverters).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

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
    edges: tuple[Index, Index], impedance_per_va: Complex, source_per_va: Complex
) -> Array:
    """(node,) short-circuit power S'' at the output of each; 0 where no source reaches it.

    edges             supply and taker, (edge,): the output of the one is the input of the other
    impedance_per_va  (node,) between input and output; 0 where there is none
    source_per_va     (node,) behind the output of a source; inf where it is none
    """
    size = impedance_per_va.size
    node = np.arange(size)
    solid = impedance_per_va == 0
    joins = np.concatenate([edges[0], node[solid]]), np.concatenate([edges[1], node[solid]]) + size
    bus = _parts(joins, 2 * size)
    upper, lower = bus[node[~solid] + size], bus[node[~solid]]
    fed = np.isfinite(source_per_va)
    series = 1.0 / impedance_per_va[~solid]
    shunt = (bus[node[fed]], 1.0 / source_per_va[fed])
    reached = _reached(upper, lower, shunt[0], int(bus.max(initial=-1)) + 1)
    return np.asarray(_powers(upper, lower, series, shunt, reached)[bus[:size]])


def _parts(joins: tuple[Index, Index], size: int) -> Index:
    """(vertex,) number of the connected part that each belongs to."""
    graph = sparse.csr_array((np.ones(joins[0].size), joins), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _reached(upper: Index, lower: Index, sources: Index, size: int) -> NDArray[np.bool_]:
    """(bus,) connected to a source."""
    part = _parts((upper, lower), size)
    return np.isin(part, part[sources])


def _powers(
    upper: Index,
    lower: Index,
    series: Complex,
    shunt: tuple[Index, Complex],
    reached: NDArray[np.bool_],
) -> Array:
    """(bus,) c over the size of the impedance seen: the diagonal of the admittances' inverse."""
    power_va = np.zeros(reached.size)
    if reached.any():
        place = np.cumsum(reached) - 1
        inner = reached[upper]
        ends = place[upper[inner]], place[lower[inner]]
        seen = _seen(*ends, series[inner], (place[shunt[0]], shunt[1]), int(reached.sum()))
        power_va[reached] = VOLTAGE_FACTOR / np.abs(seen)
    return power_va


def _seen(
    upper: Index, lower: Index, series: Complex, shunt: tuple[Index, Complex], size: int
) -> Complex:
    """(bus,) impedance seen from each: parts that nothing joins are asked at the same time."""
    row = np.concatenate([upper, lower, upper, lower, shunt[0]])
    column = np.concatenate([upper, lower, lower, upper, shunt[0]])
    value = np.concatenate([series, series, -series, -series, shunt[1]])
    solver = splu(sparse.csc_array((value, (row, column)), shape=(size, size)))
    place = _place_in(_parts((upper, lower), size))
    seen = np.zeros(size, dtype=complex)
    for begin in range(0, int(place.max()) + 1, _BLOCK):
        mine = np.flatnonzero((place >= begin) & (place < begin + _BLOCK))
        unit = np.zeros((size, int(place[mine].max()) - begin + 1), dtype=complex)
        unit[mine, place[mine] - begin] = 1.0
        seen[mine] = solver.solve(unit)[mine, place[mine] - begin]
    return seen


def _place_in(part: Index) -> Index:
    """(bus,) how many of its part stand before it."""
    order = np.argsort(part, kind="stable")
    first = np.searchsorted(part[order], part[order])
    place = np.empty(part.size, dtype=np.int64)
    place[order] = np.arange(part.size) - first
    return place
