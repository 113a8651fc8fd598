"""The air of the halls: zones in front of racks, the returns of air handlers, and who is near
whom.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.physics.economiser import AirWindow


@dataclass(frozen=True)
class RackFans:
    """Fans of servers that follow the air at their inlet, (rack,) each."""

    begin_degc: Array
    """Inlet up to which they move rated flow; inf where they do not follow."""
    step_k: Array
    """How much warmer each further step asks for."""
    most_frac: Array
    """Their most flow over the rated one."""
    rated_w: Array
    """Power at rated flow."""
    by_power: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    """Racks without nodes whose flow follows their power."""

    @property
    def follow(self) -> bool:
        """Whether any does."""
        return bool(np.isfinite(self.begin_degc).any() or self.by_power.any())


@dataclass(frozen=True)
class RoomAir:
    """Air of all halls. A zone is the air that a few neighbouring racks draw in."""

    zone_node: Index
    """(zone,) thermal node of its air."""
    zone_hall: Index
    zone_of_rack: Index
    """(rack,)"""
    rack_w_k: Array
    """(rack,) stream of air through each at rated flow."""
    fans: RackFans
    in_air: Mask
    """(rack,) whether that stream takes all its heat, and leaves as warm as the rack."""
    recirculation_frac: Array
    """(zone,) share of exhaust in what it draws in, where handlers give what racks want."""
    inlet_share: Array
    """(hall, zone) share of each zone in the air that a hall's racks draw in."""
    handler_unit: Index
    """(handler,) cooling unit."""
    handler_node: Index
    """(handler,) thermal node of the air that it draws in."""
    handler_hall: Index
    supply_degc: Array
    """(handler,) set-point of the air that it supplies; nan where its valve stands open."""
    windows: tuple[AirWindow | None, ...]
    """(handler,) outdoor air that its dampers may let in; None without dampers."""
    handler_nearness: Array
    """(zone, handler) weight of a handler to a zone, by its distance; 0 between halls."""
    exhaust_nearness: Array
    """(zone, zone) weight of the exhaust of one to the inlet of another; 0 between halls."""
    solved: Array
    """(zone and handler, zone and handler) shares of a solved flow, in m3/s; 0 where distances
    count."""
    leak_w_k: Array
    """(zone and handler,) stream of outdoor air that leaks into the air there, as much of which
    leaves; dealt by how much air there is, 0 in halls that state no leakage."""
    structure_w_k: Array
    """(zone,) conductance of each one's air to what stands in its hall: it is taken to stand in
    the air that racks draw in, for one lump in both would carry heat from hot air to cold."""

    @property
    def node(self) -> Index:
        """(zone and handler,) thermal nodes of the air at all inlets."""
        return _joined(self.zone_node, self.handler_node)

    @property
    def economises(self) -> bool:
        """Whether any handler has dampers."""
        return any(window is not None for window in self.windows)

    @property
    def hall(self) -> Index:
        """(zone and handler,) the hall of each."""
        return _joined(self.zone_hall, self.handler_hall)


def _joined(zones: Index, handlers: Index) -> Index:
    out: Index = np.concatenate([zones, handlers])
    return out
