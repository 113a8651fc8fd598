"""Pumps that turn as fast as holds the pressure between the headers of a loop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.hydraulics.headers import HeaderLoop, LoopFlow, loop_flow

Array = NDArray[np.float64]

SLOWEST_FRAC = 0.1
"""Drives turn pumps no slower; assumed."""
ROUNDS_MAX = 40
HELD_FRAC = 1e-9
"""Of the pressure wanted, left open when the speed is found."""


@dataclass(frozen=True)
class GovernedFlow:
    """What flows, and how fast pumps turn for it."""

    flow: LoopFlow
    speed_frac: Array
    """(pump,)"""


def governed_flow(
    loop: HeaderLoop,
    speed_frac: Array,
    open_frac: Array,
    held_pa: float | None,
    fastest_frac: float = 1.0,
) -> GovernedFlow:
    """Flows of a loop whose governed pumps hold `held_pa` between the headers, if they can.

    speed_frac   (pump,) of pumps that turn for themselves (0 where one stands); nan where governed
    open_frac    (link,) as `solve_network` has it
    held_pa      None where governed pumps turn at `fastest_frac`
    By the affinity laws the pressure goes nearly with the square of the speed, which is what each
    round takes.
    """
    governed = np.isnan(speed_frac)
    speed = fastest_frac
    flow = loop_flow(loop, np.where(governed, speed, speed_frac), open_frac)
    for _ in range(ROUNDS_MAX if held_pa is not None and governed.any() else 0):
        assert held_pa is not None
        there = max(flow.header_pa, 1e-3)
        wanted = float(np.clip(speed * np.sqrt(held_pa / there), SLOWEST_FRAC, fastest_frac))
        if abs(there - held_pa) <= HELD_FRAC * held_pa or wanted == speed:
            break
        speed = wanted
        speeds = np.where(governed, speed, speed_frac)
        flow = loop_flow(loop, speeds, open_frac, flow.link_m3_s)
    return GovernedFlow(flow, np.where(governed, speed, speed_frac))
