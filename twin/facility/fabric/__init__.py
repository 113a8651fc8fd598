"""The scale-out network of a hall.

switches    the fabric as built: names, tiers, attachments, and the three builders
degraded    the bandwidth that lost switches leave to a gang, and lost NVLink chips to a GPU
cabling     pairs of names that a cable joins
"""

from __future__ import annotations

from twin.facility.fabric.cabling import links
from twin.facility.fabric.degraded import bandwidth_frac, scale_up_bandwidth
from twin.facility.fabric.switches import (
    CORE,
    LEAF,
    SPINE,
    Fabric,
    group_fabric,
    no_fabric,
    rail_fabric,
)

__all__ = [
    "CORE",
    "LEAF",
    "SPINE",
    "Fabric",
    "bandwidth_frac",
    "group_fabric",
    "links",
    "no_fabric",
    "rail_fabric",
    "scale_up_bandwidth",
]
