"""Open rings of boards."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from twin.scenario.schema.names import Name
from twin.stated import Duration, Stated, Within


class RingSpec(Stated):
    """An open ring: boards in a row between two ends, open at one section in normal operation."""

    ends: tuple[Name, Name]
    """What feeds the ring at its first and at its last section; the same twice where one board
    feeds both."""
    boards: Annotated[tuple[Name, ...], Field(min_length=1, max_length=100)]
    """The boards of the ring, in order from the first end to the other. They have no `fed_by`, or
    one for what stands behind the ring, such as generators."""
    open: Annotated[PositiveInt, Field(le=101)] | None = None
    """Number of the section that is normally open; the middle one where not given."""
    clears: Literal["section", "half"] = "section"
    """What opens at a fault in a section or a board: that alone, by breakers at both of its ends;
    or the whole half, by the breaker of its feeder, until the fault is switched out."""
    switching: Annotated[Duration, Within(0.0, 604800.0, "0 to 7 d")] = 60.0
    """From the loss of a board's half until it is closed onto the other one, and how long it is
    open on the way back: seconds where controls do it, an hour where somebody walks there;
    assumed."""
