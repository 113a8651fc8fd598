"""What a battery store at a board has beyond other power equipment."""

from __future__ import annotations

from twin.catalogue.rows.base import AtLeastZero, Share
from twin.stated import Stated


class BessNumbers(Stated):
    """Numbers of a BESS; None for the rest. Its rating is AC power, either way."""

    soc_min_frac: Share | None = None
    """Share of its energy that it keeps at least; 0 where not stated."""
    soc_max_frac: Share | None = None
    """Share of its energy that it holds at most; 1 where not stated."""
    standby_w: AtLeastZero | None = None
    """Drawn by its own cooling and controls all the time; nothing where not stated."""
    grid_forming_s: AtLeastZero | None = None
    """From the loss of its board's supplies until it carries the board; one that does not state it
    stops with the grid."""
