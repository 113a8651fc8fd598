"""State of racks, clocks and activity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.model import Facility


@dataclass(slots=True)
class RackState:
    """Who is on, and what each rack draws."""

    rack_on: Mask
    """(rack,) powered, in order and booted."""
    rack_lit: Mask
    """(rack,) drawing power: on, or booting."""
    boot_until_s: Array
    """(rack,) when it may work again."""
    rack_w: Array
    """(rack,) AC input."""
    peak_activity: Array
    """(rack,) activity of its busiest GPU."""
    busy_nodes: Array
    """(rack,) nodes with work."""
    gpu_w: Array
    """(rack,) dynamic power of its GPUs at full clock."""
    cpu_w: Array
    """(rack,) dynamic power of its CPUs."""
    version: int = 0
    """Raised whenever a rack comes or goes."""


def fresh_racks(facility: Facility) -> RackState:
    """All on and idle."""
    racks = len(facility.racks.id)
    return RackState(
        rack_on=np.ones(racks, dtype=bool),
        rack_lit=np.ones(racks, dtype=bool),
        boot_until_s=np.full(racks, -np.inf),
        rack_w=np.zeros(racks),
        peak_activity=np.zeros(racks),
        busy_nodes=np.zeros(racks),
        gpu_w=np.zeros(racks),
        cpu_w=np.zeros(racks),
    )


@dataclass(slots=True)
class ActivityState:
    """How busy every node is."""

    gpu_activity: Array
    """(node,) GPU power between idle (0) and rated (1), at full clock."""
    cpu_activity: Array
    """(node,)"""
    gain_frac: Array
    """(node,) share of its rack's gain that its work takes."""
    gpu_busiest: Array
    """(node,) activity of its busiest GPU, where jobs share it; else that of all of them."""
    work_version: int = -1
    """Jobs, services and nodes that the activities have seen."""
    version: int = 0
    """Raised whenever an activity changes."""


def fresh_activity(facility: Facility) -> ActivityState:
    """All idle."""
    nodes = facility.racks.node_count
    return ActivityState(np.zeros(nodes), np.zeros(nodes), np.ones(nodes), np.zeros(nodes))


@dataclass(slots=True)
class LeakageState:
    """What the temperature of chips adds, (rack,) each."""

    step_degc: Array
    """GPU temperature that leakage is taken at, a whole kelvin."""
    chip_w: Array
    """Power of a GPU beyond that at which its figures hold; below zero where it is cooler."""
    rack_w: Array
    """The same of the rack at its AC input."""


def fresh_leakage(facility: Facility) -> LeakageState:
    """At the temperature that the figures hold for."""
    racks = facility.racks
    nothing = np.zeros(len(racks.id))
    return LeakageState(np.round(racks.leakage_degc), nothing, nothing.copy())


@dataclass(slots=True)
class ThrottlingState:
    """How far clocks are down."""

    notch: Index
    """(rack,) steps below full clock."""
    clock_frac: Array
    """(rack,) GPU clock over the one that its power limit leaves."""
    ceiling_notch: Index
    """(rack,) of those, what operators and demand response ask for."""
    ordered_notch: Index
    """(rack,) of those, what operators alone ask for."""
    busier_frac: Array
    """(rack,) activity at a clock that operators lowered, over that at full clock."""
    power_frac: Array
    """(rack,) dynamic power at that clock, of that at full clock."""
    overheated: Mask
    """(rack,) shut down by temperature, until it has cooled."""
    version: int = 0
    """Raised whenever a clock changes."""


def fresh_throttling(facility: Facility) -> ThrottlingState:
    """Full clock everywhere."""
    racks = len(facility.racks.id)
    return ThrottlingState(
        notch=np.zeros(racks, dtype=np.int64),
        clock_frac=np.ones(racks),
        ceiling_notch=np.zeros(racks, dtype=np.int64),
        ordered_notch=np.zeros(racks, dtype=np.int64),
        busier_frac=np.ones(racks),
        power_frac=np.ones(racks),
        overheated=np.zeros(racks, dtype=bool),
    )
