"""Where a potential flow is beyond what it can tell: racks that draw their own exhaust in it.

It has neither jets nor buoyancy, so that in an open hall air goes back from every rack to its own
front by the shortest way; inlets of hundreds of degrees follow, whose heat and air balance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array
from twin.quantities import percent

MOST_FRAC = 0.5
"""Exhaust in what a rack draws, beyond what handlers supply too little; assumed. Contained halls,
tiles and in-row units before their aisle stay below 0.4, open slabs above 0.65; turbulent flow of
the latter has 0.4 to 0.5."""


def exhaust_frac(flow_m3_s: Array, racks: int) -> Array:
    """(rack,) exhaust in what each draws in, less what handlers supply too little of all.

    flow_m3_s   (rack and handler inlet, rack and handler outlet)
    """
    drawn = flow_m3_s[:racks].sum(axis=1)
    moves = np.where(drawn > 0, drawn, 1.0)
    supplied = flow_m3_s[:, racks:].sum() / max(float(drawn.sum()), 1e-300)
    own = np.where(drawn > 0, flow_m3_s[:racks, :racks].sum(axis=1) / moves, 0.0)
    return np.asarray(own - max(0.0, 1.0 - float(supplied)))


def told(flow_m3_s: Array, names: Sequence[str]) -> str:
    """What to say of a potential flow between racks of these names and handlers; nothing where no
    rack draws more than MOST_FRAC.
    """
    frac = exhaust_frac(flow_m3_s, len(names))
    many = int((frac > MOST_FRAC).sum())
    if not many:
        return ""
    worst = int(frac.argmax())
    return (
        f"{many} of {len(names)} racks draw more exhaust than supply ({names[worst]} "
        f"{percent(frac[worst], 0)}) in a potential flow, which has neither jets nor buoyancy: "
        "their temperatures are far too high"
    )
