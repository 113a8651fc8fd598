"""Who draws whose air in, at given speeds of fans: one law for the run and the design point."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twin.arrays import Array, Index, Mask, total_by
from twin.facility.model import RoomAir
from twin.physics.air_balance import balanced, first_guess


@dataclass(frozen=True)
class Streams:
    """Air as heat capacity rates, W/K. Inlets and outlets are zones of racks, then handlers."""

    rack_w_k: Array
    """(rack,)"""
    handler_w_k: Array
    """(handler,) what passes through each; through one that stands, air that nobody cools."""
    flow_w_k: Array
    """(inlet, outlet)"""

    def spread(self, outlet_w: Array) -> Array:
        """(..., inlet) heat given to the air at outlets (..., outlet), as it arrives at inlets;
        what no air carries stays where it is.
        """
        moving, gives = self._outlets
        carried = np.where(moving, outlet_w / gives, 0.0)
        arrives = np.matvec(self.flow_w_k, carried)
        return np.asarray(arrives + np.where(moving, 0.0, outlet_w))

    @cached_property
    def _outlets(self) -> tuple[Mask, Array]:
        """(outlet,) which give air, and how much of it; 1 where none."""
        gives = self.flow_w_k.sum(axis=0)
        moving = gives > 0
        return moving, np.where(moving, gives, 1.0)


class AirFlows:
    """Streams of the halls; those worked out once are kept."""

    def __init__(self, air: RoomAir, handler_w_k: Array) -> None:
        """handler_w_k: (handler,) stream of each at full speed."""
        self.air = air
        self.full_w_k = handler_w_k
        self.halls = int(air.hall.max(initial=-1)) + 1
        self._known: dict[bytes, Array] = {}

    def streams(self, rack_frac: Array, speed: Array, running: Mask) -> Streams:
        """The streams at fan speeds of racks (rack,) and handlers (handler,)."""
        air = self.air
        rack = air.rack_w_k * rack_frac
        zone = total_by(air.zone_of_rack, rack, air.zone_hall.size)
        blown = np.where(running, self.full_w_k * speed, 0.0)
        handler = blown + self._stirred(zone, blown, running)
        flow = np.zeros((air.node.size, air.node.size))
        for hall in range(self.halls):
            here = np.flatnonzero(air.hall == hall)
            flow[np.ix_(here, here)] = self._of_hall(hall, zone, handler)
        return Streams(rack, handler, flow)

    def _stirred(self, zone: Array, blown: Array, running: Mask) -> Array:
        """(handler,) air that racks want and nobody supplies: it passes through the room where the
        handlers that stand would draw it in, and comes back as it was.
        """
        air = self.air
        wanted = total_by(air.zone_hall, zone, self.halls)
        missing = np.maximum(wanted - total_by(air.handler_hall, blown, self.halls), 0.0)
        standing = np.where(running, 0.0, self.full_w_k)
        most = total_by(air.handler_hall, standing, self.halls)
        share = np.minimum(missing / np.where(most > 0, most, 1.0), 1.0)
        return np.asarray(standing * share[air.handler_hall])

    def _of_hall(self, hall: int, zone: Array, handler: Array) -> Array:
        """(inlet, outlet) of one hall."""
        air = self.air
        z = np.flatnonzero(air.zone_hall == hall)
        h = np.flatnonzero(air.handler_hall == hall)
        sums = np.concatenate([zone[z], handler[h]])
        key = hall.to_bytes(4, "little") + sums.tobytes()
        if key not in self._known:
            self._known[key] = balanced(self._guess(z, h, zone[z], handler[h]), sums, sums)
        return self._known[key]

    def _guess(self, z: Index, h: Index, zone: Array, handler: Array) -> Array:
        """(inlet, outlet) of one hall: from its solved flow, or by distance."""
        air = self.air
        here = np.concatenate([z, air.zone_node.size + h])
        solved = air.solved[np.ix_(here, here)]
        if solved.any():
            return np.asarray(solved)
        near = air.handler_nearness[np.ix_(z, h)]
        exhaust = air.exhaust_nearness[np.ix_(z, z)]
        return first_guess(zone, handler, air.recirculation_frac[z], near, exhaust)
