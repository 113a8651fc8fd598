"""Numbers of catalogue rows as people write them: by either name, with a unit.

A field `rating_w` may be written `rating_w: 500000`, `rating_w: 500 kW` or `rating: 500 kW`; the
name without its unit needs a text with one.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic.fields import FieldInfo

from twin.catalogue.rating import ElectricalRating, electrical
from twin.catalogue.rows import CatalogueRow
from twin.catalogue.witness import unit_of
from twin.units import quantity

_PINT = {
    "m3/s": "m**3/s", "degC": "degC", "K": "delta_degC", "B": "byte", "B/s": "byte/s", "deg": "degree",
    "token": "token", "USD/kWh": "USD/kWh",
}  # fmt: skip
"""Units of the catalogue whose name pint spells otherwise."""
_EXAMPLES = {
    "W": "500 kW", "J": "40 kWh", "s": "10 s", "h": "100000 h", "m": "1.2 m", "K": "4 K", "degC": "45 °C",
    "m3/s": "120 L/min", "B": "80 GB", "B/s": "400 Gbit/s", "kg": "900 kg", "USD": "150000 USD", "K/W": "0.05 K/W",
    "J/K": "200 kJ/K", "flop/s": "989 TFLOP/s", "Hz": "1.98 GHz", "Pa": "101 kPa", "USD/kWh": "0.08 USD/kWh",
    "kg/kWh": "0.38 kg/kWh", "1/s": "5 / s", "deg": "39 deg", "token": "1000 token",
}  # fmt: skip
_ELECTRICAL = ("rating_w", "power_rated_w")
"""Fields that also take a rating in A x V, or in kVA."""


class NoUnit:
    """A plain number under a name that carries no unit."""

    def __init__(self, value: float) -> None:
        self.value = value


def bare(field: str) -> str:
    """A field's name without its unit; the same where it has none."""
    if field.endswith("_frac"):
        return field
    unit = next((end for end in _ENDINGS if field.endswith(f"_{end}")), "")
    return field.removesuffix(f"_{unit}") if unit else field


_ENDINGS = (
    "usd_per_kwh", "kg_per_kwh", "per_s", "flop_s", "m3_s", "b_s", "k_w", "j_k", "bytes", "tokens", "degc", "deg",
    "usd", "hz", "pa", "kg", "w", "j", "s", "h", "m", "k",
)  # fmt: skip


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
    kept: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    if not is_number(info):
        return kept | None
    unit = unit_of(field)
    schema = {
        "type": ["string", "number", "null"],
        "x-unit": unit,
        "examples": [_EXAMPLES.get(unit)],
    }
    shown = [WithJsonSchema(schema)] if unit else []
    plain: Any = Annotated[kept | None, reader(field), *shown]
    if field not in _ELECTRICAL:
        return plain
    return Annotated[plain | ElectricalRating, BeforeValidator(electrical)]
