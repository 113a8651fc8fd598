"""One row as a planner states it: a few numbers of a catalogue row, the rest from another row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import (
    AliasChoices,
    Field,
    SerializerFunctionWrapHandler,
    create_model,
    model_serializer,
    model_validator,
)

from twin.catalogue.kinds import KINDS
from twin.catalogue.own.numbers import NoUnit, is_number, stated_type
from twin.catalogue.rating import ElectricalRating, with_power_factor
from twin.catalogue.rows import CatalogueRow, Rack, Status
from twin.catalogue.witness import bare
from twin.stated import Stated

RowName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]

HELD_MAX = 100
"""Lines of `holds` in one rack."""


class StatedNumbers(Stated):
    """Numbers of a catalogue row that a file states, each by its field with or without its unit."""

    _not_numbers: ClassVar[frozenset[str]] = frozenset()
    """Keys that are no fields of a row."""
    _rows: ClassVar[tuple[type[CatalogueRow], ...]] = ()
    """Whose numbers they are; what the last says of a number is what it is."""

    @classmethod
    def purposes(cls) -> dict[str, str]:
        """What each field is: of a number what the row says of it."""
        own = super().purposes()
        of_rows = {name: text for row in cls._rows for name, text in row.purposes().items()}
        return {name: purpose or of_rows.get(name, "") for name, purpose in own.items()}

    @model_validator(mode="before")
    @classmethod
    def _with_units(cls, data: Any) -> Any:
        """Plain numbers under names without a unit are marked, so that their field refuses them."""
        data = with_power_factor(data)
        if not isinstance(data, Mapping):
            return data
        bare_names = {bare(field) for field in cls.model_fields} - set(cls.model_fields)
        return {
            key: NoUnit(value)
            if key in bare_names and isinstance(value, int | float) and value
            else value
            for key, value in data.items()
        }

    @model_serializer(mode="wrap")
    def _only_stated(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Only what was stated, so that what is written reads back as the same row."""
        return {key: value for key, value in handler(self).items() if key in self.model_fields_set}

    def numbers(self) -> dict[str, Any]:
        """Fields of the catalogue row that are stated here, ratings in watts."""
        asked = self.model_fields_set - set(self._not_numbers)
        # In the order of the model: a set has another order in every process.
        stated = {key: getattr(self, key) for key in type(self).model_fields if key in asked}
        out = {
            key: value.power_w if isinstance(value, ElectricalRating) else value
            for key, value in stated.items()
        }
        rating = stated.get("rating_w")
        if isinstance(rating, ElectricalRating) and rating.continuous < 1:
            out.setdefault("continuous_frac", rating.continuous)
        return out

    def derivations(self) -> dict[str, str]:
        """How ratings stated in A x V or kVA become watts, by field."""
        stated = {key: getattr(self, key) for key in self.model_fields_set}
        return {
            key: value.derivation
            for key, value in stated.items()
            if isinstance(value, ElectricalRating)
        }


class OwnRow(StatedNumbers):
    """A row of the planner's own; what it does not state comes from the row it is like."""

    _not_numbers = frozenset(
        {"name", "like", "replaces", "source", "accessed", "status", "note", "holds"}
    )

    name: RowName
    """Its name, which types in layouts and scenarios use."""
    like: RowName | None = None
    """Row of the same kind, shipped or own, that gives every number not stated here."""
    replaces: bool = False
    """True where it stands in for the shipped row of the same name."""
    source: str = Field(default="", max_length=1000)
    """Where the numbers were read; the file that states them where it is not given."""
    accessed: Annotated[str, Field(pattern=r"^(20\d\d-[01]\d-[0-3]\d)?$")] = ""
    """Date of reading."""
    status: Status = "assumed"
    """How far the numbers can be trusted."""
    note: str = Field(default="", max_length=4000)
    """Arithmetic behind derived numbers, and warnings."""


@cache
def own_type(model: type[CatalogueRow]) -> type[OwnRow]:
    """The model of a planner's rows of one kind: every field of the shipped rows, none needed."""
    holds = (
        tuple[str, ...] | str,
        Field(
            (), max_length=HELD_MAX, description="What stands in it: `2 x my_server`, `1 x qm9700`."
        ),
    )
    fields = number_fields(model, [f for f in model.model_fields if f not in OwnRow.model_fields])
    more: dict[str, Any] = {"holds": holds} if model is Rack else {}
    own: type[OwnRow] = create_model(
        f"Own{model.__name__}",
        __base__=OwnRow,
        __module__=__name__,
        __doc__=f"A row of the planner's own. {model.__doc__}",
        __cls_kwargs__={"json_schema_extra": full_names(fields)},
        **fields,
        **more,
    )
    own._rows = (model,)
    return own


def numbers_of(model: type[CatalogueRow]) -> list[str]:
    """Fields of a row that hold one number."""
    return [field for field, info in model.model_fields.items() if is_number(info)]


@cache
def numbers_type(model: type[CatalogueRow]) -> type[StatedNumbers]:
    """The model of numbers that differ from those of a row: every number of it, none needed."""
    fields = number_fields(model, numbers_of(model))
    own: type[StatedNumbers] = create_model(
        f"{model.__name__}Numbers",
        __base__=StatedNumbers,
        __module__=__name__,
        __doc__=f"Numbers that differ from those of the catalogue row. {model.__doc__}",
        __cls_kwargs__={"json_schema_extra": full_names(fields)},
        **fields,
    )
    own._rows = (model,)
    return own


def __getattr__(name: str) -> Any:
    """The models made here, by name: what is pickled in one process is found in another."""
    for model in KINDS.values():
        if name == f"Own{model.__name__}":
            return own_type(model)
        if name == f"{model.__name__}Numbers":
            return numbers_type(model)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def number_fields(model: type[CatalogueRow], names: Iterable[str]) -> dict[str, Any]:
    """Fields for `create_model`, each optional, by the names that files may use."""
    return {
        field: (stated_type(model, field), Field(None, validation_alias=_names(model, field)))
        for field in names
    }


def _names(model: type[CatalogueRow], field: str) -> AliasChoices | None:
    """The names a field goes by in a file: without its unit, and as in the catalogue."""
    if not is_number(model.model_fields[field]) or bare(field) == field:
        return None
    return AliasChoices(bare(field), field)


def full_names(fields: Iterable[str]) -> dict[str, Any]:
    """For editors: the names with units are keys too, though completion offers the others."""
    named = [field for field in fields if bare(field) != field]
    values = {"type": ["number", "string", "object", "null"]}
    return {"patternProperties": {f"^({'|'.join(named)})$": values}}
