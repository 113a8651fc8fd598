"""Voltage sags: how they pass down a power tree, and how long equipment rides through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.flow import Wiring
from twin.physics.power import HOLD_UP_S

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]

GOOD_FRAC = 0.9
"""Steady state of the ITI curve: 90 % and above. Transfer switches and generator controls are taken
to leave a supply below it."""
_ITI = ((0.9, np.inf), (0.8, 10.0), (0.7, 0.5))
"""Remaining voltage from which equipment rides through, and for how long. Source: ITI (CBEMA) curve
as read from the axis labels of a Fluke application note on power quality."""


def ride_through_s(voltage_frac: Array) -> Array:
    """How long information technology works on at a remaining voltage; 20 ms below 70 %."""
    conditions = [voltage_frac >= least for least, _ in _ITI]
    return np.select(conditions, [lasts_s for _, lasts_s in _ITI], default=HOLD_UP_S)


@dataclass(frozen=True, eq=False)
class Regulating:
    """UPS that give nominal voltage whatever their input, all (node,)."""

    converts: Mask
    """Works through its inverter."""
    stored: Mask
    """Has energy for it."""
    least_frac: Array
    """Lowest input that it takes without its battery."""


def voltages(
    wires: Wiring,
    on: Mask,
    sag_frac: Array,
    regulating: Regulating,
    closed: Mask | None,
    kept: Index,
) -> tuple[Array, Array]:
    """Remaining voltage at the output and at the input of every node (node,); 0 without voltage.

    on        has voltage
    sag_frac  what a sag at the node itself leaves; 1 where there is none
    closed    (edge,) not opened by switching; all where not given
    kept      supply that a switch has not left yet, -1 where it takes the best it has
    """
    output = np.where(on, 1.0, 0.0)
    best = np.zeros(on.size)
    fed = np.zeros(on.size, dtype=bool)
    for h in range(len(wires.levels) - 1, -1, -1):
        nodes = wires.levels[h]
        held = nodes[kept[nodes] >= 0]
        best[held] = output[kept[held]]
        output[nodes] = _output(nodes, on, fed, best, regulating) * sag_frac[nodes]
        edges = wires.edge_levels[h] if closed is None else _of(wires.edge_levels[h], closed)
        np.maximum.at(best, wires.taker[edges], output[wires.supply[edges]])
        fed[wires.taker[edges[on[wires.supply[edges]]]]] = True
    return output, best


def _of(edges: Index, closed: Mask) -> Index:
    return edges[closed[edges]]


def _output(nodes: Index, on: Mask, fed: Mask, best: Array, regulating: Regulating) -> Array:
    """What nodes give before a sag of their own: sources and regulating UPS nominal voltage."""
    enough = best[nodes] >= regulating.least_frac[nodes]
    nominal = regulating.converts[nodes] & (enough | regulating.stored[nodes])
    given = np.where(nominal | ~fed[nodes], 1.0, best[nodes])
    return np.where(on[nodes], given, 0.0)
