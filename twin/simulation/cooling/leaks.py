"""Outdoor air that leaks into halls, as heat over 0 degC; as much air of the hall leaves."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.simulation.kernel.world import World


class Leaks:
    """Part of the thermal discipline, and writes no state."""

    def __init__(self, world: World) -> None:
        self.air = world.facility.cooling.air
        self.any = bool(self.air.leak_w_k.any())
        self.vents = self.any or self.air.economises
        """Whether heat leaves with air."""

    def with_outdoor(self, heat_w: Array, dry_bulb_degc: Array) -> Array:
        """(..., node) heat with what outdoor air brings.

        heat_w          (node,), or as the outdoor air (..., node)
        dry_bulb_degc   (...,)
        """
        if not (self.any or dry_bulb_degc.ndim):
            return heat_w.copy()
        out = np.array(np.broadcast_to(heat_w, (*dry_bulb_degc.shape, heat_w.shape[-1])))
        out[..., self.air.node] += dry_bulb_degc[..., None] * self.air.leak_w_k
        return out
