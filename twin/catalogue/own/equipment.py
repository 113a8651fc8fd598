"""All rows of a planner's own, by kind, as `equipment:` of a layout or a catalogue file states
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, SerializerFunctionWrapHandler, create_model, model_serializer

from twin.catalogue.kinds import KINDS
from twin.catalogue.own.row import OwnRow, own_type
from twin.stated import Stated

ROWS_MAX = 2000
"""Own rows of one kind."""


class EquipmentRows(Stated):
    """Rows of the planner's own, beside those of the shipped catalogue."""

    complete: bool = False
    """True where these are all there are: `catalogue/` folders beside the files are not read.
    Resolved scenarios say so."""

    def of(self, kind: str) -> tuple[OwnRow, ...]:
        """The rows of a kind."""
        found: tuple[OwnRow, ...] = getattr(self, kind)
        return found

    def every(self) -> dict[str, tuple[OwnRow, ...]]:
        """Rows by kind, kinds without any left out."""
        return {kind: self.of(kind) for kind in KINDS if self.of(kind)}

    @model_serializer(mode="wrap")
    def _only_stated(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value}


if TYPE_CHECKING:

    class Equipment(EquipmentRows):
        """Rows by kind; the kinds are those of `KINDS`."""

        def __init__(self, **rows: Any) -> None: ...

else:
    Equipment = create_model(
        "Equipment",
        __base__=EquipmentRows,
        __doc__=EquipmentRows.__doc__,
        __module__=__name__,
        **{
            kind: (
                tuple[own_type(model), ...],
                Field(default=(), max_length=ROWS_MAX, description=f"Rows of the kind {kind}."),
            )
            for kind, model in KINDS.items()
        },
    )
