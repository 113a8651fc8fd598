"""What stands at boards and stores energy, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

from twin.arrays import Array, Index


@dataclass(frozen=True)
class BessArrays:
    """Every BESS, in the order of the tree. Arrays are (BESS,)."""

    node: Index
    """Its power node."""
    board: Index
    """The power node that it stands at."""
    energy_j: Array
    """Held when full."""
    soc_min_frac: Array
    soc_max_frac: Array
    start_j: Array
    """Held at the start of a run."""
    standby_w: Array
    forming_s: Array
    """From the loss of its board's supplies until it carries the board; inf where it never does."""
    rule: Index
    """Rule of `controls.storage` that it is run by; -1 where none is."""
    reserve_frac: Array
    """Share of its energy that only its board's loss may use."""


@dataclass(frozen=True)
class SolarArrays:
    """Every solar array, in the order of the tree. Arrays are (array,) where nothing is said."""

    node: Index
    """Its power node."""
    board: Index
    """The power node that it stands at."""
    time_s: Array
    """(step,) when what daylight gives changes."""
    available_w: Array
    """(step, array) AC, from that moment on; nothing before the first."""
