"""The scale-out network of a hall.

switches       the three builders: rail-optimised, dragonfly groups, none
racking        switches entered in a layout, in their racks and on their feeds
degraded       the bandwidth that lost switches leave to a gang, and lost NVLink chips to a GPU
reach          the bandwidth that they leave to each node
shared_links   what nodes of a unit or a group share towards others
"""

from __future__ import annotations

from twin.facility.fabric.degraded import bandwidth_frac, scale_up_bandwidth
from twin.facility.fabric.reach import node_bandwidth_frac
from twin.facility.fabric.shared_links import SharedLinks, shared_links
from twin.facility.fabric.switches import group_fabric, no_fabric, rail_fabric
from twin.facility.model.cabling import links
from twin.facility.model.fabric import CORE, LEAF, SPINE, Fabric

__all__ = [
    "CORE",
    "LEAF",
    "SPINE",
    "Fabric",
    "SharedLinks",
    "bandwidth_frac",
    "group_fabric",
    "links",
    "no_fabric",
    "node_bandwidth_frac",
    "rail_fabric",
    "scale_up_bandwidth",
    "shared_links",
]
