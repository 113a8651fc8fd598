"""Loading of the power tree in the normal state and with one component lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.facility.model import Facility, Finding
from twin.physics import flow


@dataclass(frozen=True)
class Loading:
    """Output and input of every power node (node,) in W, and which of them have voltage."""

    output_w: NDArray[np.float64]
    input_w: NDArray[np.float64]
    on: NDArray[np.bool_]


def loading(
    facility: Facility,
    lost: int | NDArray[np.intp] | None = None,
    rack_w: NDArray[np.float64] | None = None,
    wires: flow.Wiring | None = None,
) -> Loading:
    """Loads at their peak over the tree, perhaps some nodes lost; generators have started where
    they are needed.

    wires   of the tree, for those who ask often
    """
    tree = facility.power
    able = np.ones(len(tree.id), dtype=bool)
    if lost is not None:
        able[lost] = False
    source = np.array([k in ("utility", "generator") for k in tree.kind])
    wires = wires or flow.wiring(tree.supply, tree.taker, tree.priority, tree.levels)
    on = flow.live(wires, able, source, np.zeros_like(able))
    load = np.zeros(len(tree.id))
    load[tree.load_of_rack] = facility.racks.rated_w if rack_w is None else rack_w
    load[tree.load_of_unit] = facility.cooling.units.power_w
    loss = (tree.loss_idle_frac, tree.loss_linear_frac, tree.loss_square_frac)
    output, inflow = flow.upward(wires, load, flow.shares(wires, on), on, tree.rating_w, loss)
    return Loading(output, inflow, on)


def findings(facility: Facility) -> Iterator[Finding]:
    """Overloads and lost racks after the loss of each power component, one finding a case."""
    tree = facility.power
    racks = facility.racks
    wires = flow.wiring(tree.supply, tree.taker, tree.priority, tree.levels)
    for lost in range(tree.equipment):
        after = loading(facility, lost, wires=wires)
        dark = int((~after.on[tree.load_of_rack]).sum())
        over = np.flatnonzero(after.output_w > tree.rating_w * (1 + 1e-9))
        for p in over:
            yield Finding(
                "warning",
                tree.id[lost],
                f"without it {tree.id[p]} carries {after.output_w[p] / 1e3:,.0f} kW, "
                f"{after.output_w[p] / tree.rating_w[p]:.3f} of its rating",
            )
        if dark:
            yield Finding(
                "note", tree.id[lost], f"without it {dark} of {len(racks.id)} racks lose power"
            )
