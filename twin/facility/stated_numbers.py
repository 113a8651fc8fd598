"""Catalogue rows with the numbers that a layout states otherwise, for a group or one component."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from twin.catalogue.own.numbers import allowed_by
from twin.catalogue.own.override import SIZES
from twin.catalogue.own.rescale import rescaled
from twin.catalogue.own.row import StatedNumbers, numbers_of
from twin.catalogue.rating import ElectricalRating
from twin.catalogue.rows import CatalogueRow, PowerEquipment
from twin.catalogue.witness import bare
from twin.errors import did_you_mean
from twin.facility.ledger import Ledger, Loc

R = TypeVar("R", bound=CatalogueRow)

RELIABILITY = ("mtbf_h", "mttr_h")
"""What every component has."""


def for_group(
    ledger: Ledger,
    loc: Loc,
    row: R,
    stated: StatedNumbers | None,
    own: Mapping[str, object] = MappingProxyType({}),
) -> R:
    """The row of a group, with its overrides; what is wrong with them is noted at `loc`.

    own   numbers that the group states by keys of its own, None where it does not: overrides do
          not state them once more
    """
    if stated is None:
        return row
    for field in sorted(key for key in stated.numbers() if own.get(key) is not None):
        allowed = f"one of them: {bare(field)}, or overrides.{bare(field)}"
        ledger.complain((*loc, "overrides", field), f"{bare(field)} stated twice", allowed)
    return _changed(ledger, (*loc, "overrides"), row, stated, numbers_of(type(row)))


def for_member(
    ledger: Ledger, name: str, row: R, only: Collection[str] | None = None, what: str = ""
) -> R:
    """The row of one component, with its overrides; what is wrong with them is noted.

    only   fields that may differ within a group; every number but sizes where not given
    what   what the component is, in words
    """
    stated = ledger.scenario.plan.overrides.get(name)
    if stated is None or not stated.numbers():
        return row
    free = [f for f in numbers_of(type(row)) if f not in SIZES and (only is None or f in only)]
    return _changed(ledger, ("layout", "overrides", name), row, stated, free, what)


def _changed(
    ledger: Ledger, loc: Loc, row: R, stated: StatedNumbers, free: Collection[str], what: str = ""
) -> R:
    numbers = stated.numbers()
    for field in sorted(numbers.keys() - set(free)):
        names = sorted(bare(one) for one in free)
        ledger.complain(
            (*loc, field),
            f"{bare(field)} of {what or getattr(row, 'kind', row.name)}",
            f"for it: {', '.join(names)}",
            did_you_mean(bare(field), names),
        )
    kept = {field: value for field, value in numbers.items() if field in free}
    whole = row.model_dump()
    follows = rescaled(whole, getattr(stated, "rating_w", None))
    try:
        return type(row).model_validate({**whole, **follows, **kept})
    except ValidationError as error:
        for told in error.errors(include_url=False):
            key = str(told["loc"][0]) if told["loc"] else _meant(kept, told["msg"])
            found = f"{bare(key)} {kept.get(key, '')}".strip()
            ledger.complain((*loc, key), found, allowed_by(told))
        return row


def rerated(row: PowerEquipment, rating: float | ElectricalRating | None) -> PowerEquipment:
    """The row at the rating that a layout states for it."""
    changed = rescaled(row.model_dump(), rating)
    return row.model_copy(update=changed) if changed else row


def _meant(stated: Iterable[str], message: str) -> str:
    """Of the numbers stated, the one that a complaint about a whole row speaks of, or the last."""
    names = list(stated)
    spoken = [name for name in names if name.split("_")[0] in message]
    return (spoken or names or [""])[-1]
