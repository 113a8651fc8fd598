"""Prices, rates and lives with their range, date and source: `twin/data/prices`.

A row that an equipment's own price is missing for, and everything that no equipment has: people,
buildings, money. What a row is multiplied by stands in its unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field, model_validator

from twin.catalogue.files import read_rows
from twin.catalogue.rows import CatalogueRow

FOLDER = Path(__file__).parents[1] / "data" / "prices"
_FILES = ("finance", "operation", "construction", "plant", "compute", "embodied_carbon")


class PriceRow(CatalogueRow):
    """One price, rate or life: what it usually is, and between what it may lie."""

    unit: Annotated[str, Field(min_length=1, max_length=30)]
    """Such as USD/W, USD/unit, frac or year."""
    low: Annotated[float, Field(ge=0)]
    """Hardly anybody has less."""
    mid: Annotated[float, Field(ge=0)]
    """The planning value."""
    high: Annotated[float, Field(ge=0)]
    """Hardly anybody has more."""
    as_of: Annotated[str, Field(pattern=r"^20\d\d(-[01]\d(-[0-3]\d)?)?$")]
    """Day, month or year of the price itself, not of its reading."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.mid <= self.high:
            raise ValueError("low, mid and high that rise")
        return self


@cache
def price_rows() -> Mapping[str, PriceRow]:
    """Every row by name, in the order of the files; InputError with every bad row."""
    found: dict[str, PriceRow] = {}
    for name in _FILES:
        found.update(read_rows(FOLDER / f"{name}.csv", PriceRow))
    return MappingProxyType(found)
