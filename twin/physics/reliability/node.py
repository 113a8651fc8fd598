"""One node of a dependency graph as its author states it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

SUM_TOLERANCE_FRAC = 1e-7
"""A CAP gate is met when its inputs reach its demand to this share: ratings are decimal texts."""


class Rule(IntEnum):
    """When a node is up, its own component being up."""

    SOURCE = 0
    """Always: it has no inputs."""
    AND = 1
    """Every input up; each input carries the node's whole demand."""
    OR = 2
    """Any input up; the live inputs share the demand equally."""
    KOFN = 3
    """At least k inputs up; the live inputs share the demand equally."""
    CAP = 4
    """Capacities of the up inputs reach the gate's demand; they share it by capacity."""
    TRANSFER = 5
    """Any input up; the first live one, in the order listed, carries all (static view of a
    switch)."""


@dataclass(frozen=True)
class Node:
    """One node as its author states it.

    `mtbf_h` and `mttr_h` (hours, mean up time and mean time to repair) are both NaN where the node
    has no failure of its own. A node with `load_w` > 0 or `racks` > 0 is a load. `demand_w` is what
    the inputs of a CAP gate must reach; elsewhere it is the node's own draw from inputs of another
    `system`, such as a chiller's from its bus.
    """

    name: str
    rule: Rule
    inputs: tuple[str, ...] = ()
    k: int = 0
    capacity_w: float = math.inf
    demand_w: float = 0.0
    mtbf_h: float = math.nan
    mttr_h: float = math.nan
    load_w: float = 0.0
    racks: int = 0
    gpus: int = 0
    system: str = ""
    on_demand: bool = False
    """Fails when it is called, as a start does, and not of itself: it begins no event. Its MTBF and
    MTTR say how often a call fails, MTTR / (MTBF + MTTR)."""
