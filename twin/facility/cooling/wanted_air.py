"""Air that racks want of their handlers: rated, or what the flow of their fans comes to."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, total_by
from twin.facility.model import Facility
from twin.physics.server_fans import flow_for_power_frac


def support_flow_frac(facility: Facility, rack_w: Array) -> Array:
    """(rack,) air over rated flow for the power that racks draw; 1 where it does not follow.

    rack_w   (rack,) what racks draw
    """
    racks = facility.racks
    drawn = rack_w / np.maximum(racks.rated_w, 1e-9)
    return np.where(facility.cooling.air.fans.by_power, flow_for_power_frac(drawn), 1.0)


def hall_demand_m3_s(facility: Facility, flow_frac: Array) -> Array:
    """(hall,) air that its racks' fans move, dark racks counted as the design counts them.

    flow_frac   (rack,) air over rated flow
    """
    cooling = facility.cooling
    rated = cooling.hall_demand_m3_s
    if not cooling.air.fans.follow:
        return rated
    hall = facility.racks.hall
    weight = cooling.air.rack_w_k
    moved = total_by(hall, weight * flow_frac, rated.size)
    whole = total_by(hall, weight, rated.size)
    return rated * np.where(whole > 0, moved / np.where(whole > 0, whole, 1.0), 1.0)
