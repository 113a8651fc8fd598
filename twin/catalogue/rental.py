"""What GPUs cost by the hour where somebody else owns them: `twin/data/prices/rental.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from twin.catalogue.files import read_rows
from twin.catalogue.prices import FOLDER
from twin.catalogue.rows import CatalogueRow

Usd = Annotated[float, Field(gt=0, le=1000)]


class RentalRow(CatalogueRow):
    """One offer, USD a GPU and hour."""

    gpu: str
    """GPU of the catalogue."""
    provider: str
    """Who rents it out."""
    on_demand_low: Usd
    """Hardly less."""
    on_demand: Usd
    """By the hour, without a promise."""
    on_demand_high: Usd
    """Hardly more."""
    reserved_1y: Usd | None = None
    """Each hour of a year, used or not."""
    reserved_3y: Usd | None = None
    """Each hour of three years, used or not."""
    as_of: Annotated[str, Field(pattern=r"^20\d\d(-[01]\d(-[0-3]\d)?)?$")]
    """Day, month or year of the price itself."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.on_demand_low <= self.on_demand <= self.on_demand_high:
            raise ValueError("on_demand between its low and its high")
        return self


@cache
def rental_rows() -> Mapping[str, RentalRow]:
    """Every offer by name; InputError with every bad row."""
    return read_rows(FOLDER / "rental.csv", RentalRow)
