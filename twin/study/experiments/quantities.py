"""Values of what varies as numbers in one unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from twin.units import NUMBER, UNIT, quantity

_TEXT = re.compile(rf"\s*(?P<number>{NUMBER})\s*(?P<unit>{UNIT})\s*")
_TEMPERATURES = ("°C", "degC")


@dataclass(frozen=True)
class Numbers:
    """Values in one unit; the values as they stand, with no unit, where they are no quantities."""

    values: tuple[Any, ...]
    unit: str = ""


def split(text: Any) -> tuple[float, str] | None:
    """Number and unit of a quantity; None for what is none."""
    match = _TEXT.fullmatch(text) if isinstance(text, str) else None
    return (float(match["number"]), match["unit"]) if match else None


def in_one_unit(values: Sequence[Any]) -> Numbers:
    """Values with their units as numbers in the unit of the first.

    Raises ValueError where units do not go together, or only some values have one.
    """
    parts = [split(value) for value in values]
    if not parts or not all(parts):
        if any(parts):
            raise ValueError("values that all have a unit, or none")
        return Numbers(tuple(values))
    unit = parts[0][1] if parts[0] else ""
    return Numbers(tuple(number_in(value, unit) for value in values), unit)


def number_in(value: Any, unit: str, difference: bool = False) -> float:
    """A value as a number of a unit; of a unit for differences where it is one.

    Raises ValueError where it cannot be.
    """
    found = split(value)
    if found is None:
        if unit or not isinstance(value, int | float):
            raise ValueError(f"a number with its unit, such as '1 {unit}'" if unit else "a number")
        return float(value)
    if found[1] == unit and not (difference and unit in _TEMPERATURES):
        return found[0]
    target = "delta_degC" if difference and unit in _TEMPERATURES else unit.replace("°", "deg")
    return quantity(value, target)


def with_unit(value: Any, unit: str) -> str:
    """A value and its unit, a number to six figures: `18.5 °C`."""
    shown = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f"{shown} {unit}".rstrip()
