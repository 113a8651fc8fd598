"""What one component has otherwise than its group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from twin.catalogue.own.override import any_numbers
from twin.catalogue.own.row import StatedNumbers
from twin.catalogue.rating import StatedRating
from twin.scenario.schema.names import RackType
from twin.stated import Length, Within

Recirculation = Annotated[
    float,
    Within(
        0.0,
        0.8,
        "0 to 0.8",
        "at 0.8 a rack takes in air four times its own heating above the supply, "
        "which no rack survives",
    ),
]


class _ComponentOverride(StatedNumbers):
    """What one component has otherwise than its group: any number of its catalogue row, and
    more.
    """

    _not_numbers = frozenset({"type", "rating", "position", "recirculation"})

    type: RackType | None = None
    """Another catalogue row."""
    rating: StatedRating | None = None
    """Another rating (racks: rated AC input)."""
    position: tuple[Length, Length] | None = None
    """South-west corner in the hall."""
    recirculation: Recirculation | None = None
    """Share of a rack's inlet air that is its own exhaust."""


if TYPE_CHECKING:

    class ComponentOverride(_ComponentOverride):
        """What one component has otherwise than its group."""

else:
    ComponentOverride = any_numbers(_ComponentOverride, {"rating_w"})
