"""Numbers of catalogue rows as people write them: by either name, with a unit.

A field `rating_w` may be written `rating_w: 500000`, `rating_w: 500 kW` or `rating: 500 kW`; the
name without its unit needs a text with one.
"""

from __future__ import annotations

from types import NoneType
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from twin.catalogue.rating import ElectricalRating, electrical
from twin.catalogue.rows import CatalogueRow
from twin.catalogue.witness import unit_of
from twin.stated import Within
from twin.text_forms import QUANTITY_TEXT
from twin.units import quantity

_PINT = {
    "m3/s": "m**3/s",
    "m3": "m**3",
    "degC": "degC",
    "K": "delta_degC",
    "B": "byte",
    "B/s": "byte/s",
    "deg": "degree",
    "token": "token",
    "USD/kWh": "USD/kWh",
}
"""Units of the catalogue whose name pint spells otherwise."""
_EXAMPLES = {
    "W": "500 kW",
    "J": "40 kWh",
    "s": "10 s",
    "h": "100000 h",
    "m": "1.2 m",
    "V": "415 V",
    "A": "65 kA",
    "ohm/m": "0.0001 ohm/m",
    "K": "4 K",
    "degC": "45 °C",
    "m3/s": "120 L/min",
    "m3": "15 m^3",
    "1/h": "0.001 / h",
    "B": "80 GB",
    "B/s": "400 Gbit/s",
    "kg": "900 kg",
    "USD": "150000 USD",
    "K/W": "0.05 K/W",
    "J/K": "200 kJ/K",
    "flop/s": "989 TFLOP/s",
    "Hz": "1.98 GHz",
    "Pa": "101 kPa",
    "USD/kWh": "0.08 USD/kWh",
    "kg/kWh": "0.38 kg/kWh",
    "1/s": "5 / s",
    "deg": "39 deg",
    "token": "1000 token",
}
_RANGES = {
    "W": Within(0.0, 1e11, "0 to 100 GW"),
    "J": Within(0.0, 1e15, "0 to 278 GWh"),
    "s": Within(0.0, 1e7, "0 to 115 days"),
    "h": Within(0.01, 1e9, "0.01 to 1e9 h"),
    "m": Within(1e-3, 1e3, "1 mm to 1 km"),
    "V": Within(1.0, 1e6, "1 V to 1 MV"),
    "ohm/m": Within(0.0, 1.0, "0 to 1 ohm/m"),
    "K": Within(0.0, 200.0, "0 to 200 K"),
    "m3/s": Within(0.0, 1e3, "0 to 1,000 m^3/s"),
    "m3": Within(0.0, 1e6, "0 to 1,000,000 m^3"),
    "1/h": Within(0.0, 1e3, "0 to 1,000 an hour"),
    "K/W": Within(0.0, 10.0, "0 to 10 K/W"),
    "J/K": Within(10.0, 1e9, "10 J/K to 1 GJ/K", "20 g to 2,000 t of steel"),
    "kg": Within(0.01, 1e6, "10 g to 1,000 t"),
    "B": Within(1.0, 1e21, "1 B to 1 ZB"),
    "B/s": Within(0.0, 1e15, "0 to 1 PB/s"),
    "flop/s": Within(1e6, 1e19, "1 Mflop/s to 10 Eflop/s"),
    "Hz": Within(1.0, 1e12, "1 Hz to 1 THz"),
    "USD": Within(0.0, 1e12, "0 to 1e12 USD"),
    "token": Within(1.0, 1e8, "1 to 1e8 tokens"),
}
"""What nobody means beyond, by unit: slips of the keyboard, and numbers that a run cannot bear."""
COUNT_MAX = 1_000_000
"""Largest count in a row of the planner's own."""
_ELECTRICAL = ("rating_w", "power_rated_w")
"""Fields that also take a rating in A x V, or in kVA."""


class NoUnit:
    """A plain number under a name that carries no unit."""

    def __init__(self, value: float) -> None:
        self.value = value


def is_number(info: FieldInfo) -> bool:
    """Whether a field of a row holds one number, not a name, a list or a choice."""
    return any(kind in str(info.annotation) for kind in ("float", "int")) and "tuple" not in str(
        info.annotation
    )


def reader(field: str) -> BeforeValidator:
    """Reads text with a unit as the number a field holds; leaves plain numbers as they are."""
    unit = unit_of(field)

    def read(value: Any) -> Any:
        if isinstance(value, NoUnit):
            example = _EXAMPLES.get(unit, f"{value.value} {unit}")
            raise ValueError(f"{value.value!r} has no unit; write it with one, as '{example}'")
        if isinstance(value, str) and (unit or field.endswith(("_frac", "_probability"))):
            return _plain(value) if _plain(value) is not None else _quantity(value, unit)
        return value

    return BeforeValidator(read)


def _plain(text: str) -> float | None:
    """The number that a text is by itself, as in a cell of a CSV file."""
    try:
        return float(text)
    except ValueError:
        return None


def _quantity(text: str, unit: str) -> float:
    return quantity(text, _PINT.get(unit, unit))


def stated_type(model: type[CatalogueRow], field: str) -> Any:
    """What a file may state for a field of a row: the field's own bounds, or nothing at all."""
    info = model.model_fields[field]
    plain: Any = _stripped(info.annotation)
    kept: Any = Annotated[plain, *info.metadata] if info.metadata else plain
    if not is_number(info):
        return kept | None
    unit = unit_of(field)
    shown = [WithJsonSchema(_schema(unit))] if unit else []
    bounds = _bounds(plain, unit)
    bounded: Any = Annotated[kept, *bounds] if bounds else kept
    number: Any = Annotated[bounded | None, reader(field), *shown]
    if field not in _ELECTRICAL:
        return number
    return Annotated[number | ElectricalRating, BeforeValidator(electrical)]


def _schema(unit: str) -> dict[str, Any]:
    """The JSON schema of a number with a unit: text in the form that the program reads."""
    text = {"anyOf": [QUANTITY_TEXT, {"type": "null"}], "x-unit": unit}
    ranged = {"x-range": _RANGES[unit].text} if unit in _RANGES else {}
    return {**text, **ranged, "examples": [_EXAMPLES.get(unit)]}


def _stripped(annotation: Any) -> Any:
    """A type without its `| None`."""
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return kinds[0] if NoneType in get_args(annotation) else annotation


def _bounds(plain: Any, unit: str) -> list[Any]:
    """The range of a number by its unit; the largest of counts; nothing for shares and the like."""
    if unit in _RANGES:
        return [_RANGES[unit]]
    return [Field(le=COUNT_MAX)] if plain is int else []


def allowed_by(told: ErrorDetails) -> str:
    """What a row's own checks allow, without the words that pydantic puts before it."""
    return told["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
