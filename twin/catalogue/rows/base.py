"""What every catalogue row shares: its name, its source, and the bounds of its numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.stated import Stated

Positive = Annotated[float, Field(gt=0)]
"""A number above zero."""
AtLeastZero = Annotated[float, Field(ge=0)]
"""A number that is not negative."""
Share = Annotated[float, Field(ge=0, le=1)]
"""A fraction of one."""
Efficiency = Annotated[float, Field(gt=0, le=1)]
"""Output over input: never above one, never zero."""
Count = Annotated[int, Field(ge=0)]
"""How many."""
Temperature = Annotated[float, Field(ge=-60, le=150)]
"""Degrees Celsius."""
Six = tuple[float, float, float, float, float, float]
"""Coefficients of 1, x, x², y, y², xy."""
Status = Literal["measured", "published", "vendor", "standard", "assumed"]
"""How far a number can be trusted."""


class CatalogueRow(Stated):
    """One catalogue entry: its name, and where its numbers come from."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Unique within its kind."""
    source: Annotated[str, Field(min_length=3)]
    """Where the numbers were read; numbers from elsewhere have a line in `witnesses.csv`."""
    accessed: Annotated[str, Field(pattern=r"^(20\d\d-[01]\d-[0-3]\d)?$")]
    """Date of reading; empty where a planner's row does not say."""
    status: Status
    """Of the row as a whole."""
    note: str = ""
    """Arithmetic behind derived numbers, and warnings."""


class Reliability(Stated):
    """How often a thing fails, and how long repair takes."""

    mtbf_h: Positive
    """Mean hours between failures of one unit."""
    mttr_h: Positive
    """Mean hours to repair it."""

    @model_validator(mode="after")
    def _up_for_longer(self) -> Self:
        words = f"mttr_h {self.mttr_h:g} must be below mtbf_h {self.mtbf_h:g}"
        refuse(self.mttr_h >= self.mtbf_h, words)
        return self


class Size(Stated):
    """The box that a thing stands in."""

    width_m: Positive
    """Across its front."""
    depth_m: Positive
    """Front to back."""
    height_m: Positive
    """Floor to top."""


def refuse(wrong: bool, words: str) -> None:
    """ValueError with these words where something is wrong."""
    if wrong:
        raise ValueError(words)


def rises(row: Stated, *fields: str) -> None:
    """Refuse a row whose stated fields do not rise in this order; slowdown must be truly below
    shutdown.
    """
    stated = [(field, getattr(row, field)) for field in fields if getattr(row, field) is not None]
    for (low, a), (high, b) in pairwise(stated):
        refuse(
            a >= b if low == "slowdown_degc" else a > b, f"{low} {a:g} must be below {high} {b:g}"
        )
