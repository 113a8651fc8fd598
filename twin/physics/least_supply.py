"""Boards that ask for a least supply, and what stores at them add to what feeds them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from twin.physics import flow

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def helped_w(
    wires: flow.Wiring,
    able: Mask,
    source: Mask,
    stored: Mask,
    store_w: Array,
    closed: Mask | None = None,
    *,
    lasting: bool = False,
) -> Array:
    """(node,) what stores add, in W, at boards of which no preference reaches the least supply
    alone; 0 elsewhere.

    A preference that reaches it alone comes first, a tie too: what it gives lasts. With the help a
    board closes on the first preference that reaches it, or stands on its stores alone.
    able, source, stored, closed  as for `twin.physics.flow.live`; stored holds no board of these
    store_w                       (node,) ratings of stores that form grid at it and hold energy
    lasting                       none stands on its stores alone: that ends
    """
    asks = (wires.minimum_w > 0) & (store_w > 0) & able
    helps = np.where(asks, store_w, 0.0)
    while helps.any():
        with_them = asking_less(wires, helps)
        alone = stored if lasting else stored | stands_alone(wires, helps)
        on = flow.live(with_them, able, source, alone, closed)
        needed = np.where(asks & ~flow.fed(wires, on, closed, able), store_w, 0.0)
        if np.array_equal(needed, helps):
            break
        helps = needed
    return helps


def asking_less(wires: flow.Wiring, helped_w: Array) -> flow.Wiring:
    """The wiring with what stores add (node,) taken off each least supply."""
    if not helped_w.any():
        return wires
    return replace(wires, minimum_w=np.maximum(wires.minimum_w - helped_w, 0.0))


def stands_alone(wires: flow.Wiring, helped_w: Array) -> Mask:
    """(node,) boards whose stores reach the least supply by themselves."""
    return (helped_w > 0) & (helped_w >= wires.minimum_w * flow.ENOUGH_FRAC)


def reached_w(wires: flow.Wiring, given: Mask) -> Array:
    """(node,) ratings of live supplies of the preference that gives most.

    given  (edge,) supply is live and not opened
    """
    rating_w = np.where(given, wires.rating_w[wires.supply], 0.0)
    entry_w = np.bincount(wires.entry, rating_w, minlength=wires.entry.size)
    out = np.zeros(wires.minimum_w.size)
    np.maximum.at(out, wires.taker, entry_w[wires.entry])
    return out
