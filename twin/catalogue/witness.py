"""Where the numbers of a row come from, one entry a number."""

from __future__ import annotations

from collections.abc import Mapping

from twin.catalogue.rows import CatalogueRow

Witness = dict[str, str]
"""Keys: subject, parameter, value, unit, status, source, accessed."""
Provenance = Mapping[str, str]
"""Keys: status, source, accessed."""

_UNITS = (
    ("usd_per_kwh", "USD/kWh"),
    ("kg_per_kwh", "kg/kWh"),
    ("per_s", "1/s"),
    ("per_h", "1/h"),
    ("flop_s", "flop/s"),
    ("m3_s", "m3/s"),
    ("b_s", "B/s"),
    ("k_w", "K/W"),
    ("j_k", "J/K"),
    ("bytes", "B"),
    ("tokens", "token"),
    ("degc", "degC"),
    ("deg", "deg"),
    ("usd", "USD"),
    ("hz", "Hz"),
    ("pa", "Pa"),
    ("kg", "kg"),
    ("w", "W"),
    ("j", "J"),
    ("s", "s"),
    ("h", "h"),
    ("m3", "m3"),
    ("ohm_m", "ohm/m"),
    ("v", "V"),
    ("a", "A"),
    ("m", "m"),
    ("k", "K"),
)
"""Endings of field names, longer ones first."""


def unit_of(field: str) -> str:
    """The unit that a field's name ends in; empty for counts, shares and coefficients."""
    return _ending(field)[1]


def bare(field: str) -> str:
    """A field's name without its unit; the same where it has none."""
    ending, unit = _ending(field)
    return field.removesuffix(f"_{ending}") if unit else field


def _ending(field: str) -> tuple[str, str]:
    return next((pair for pair in _UNITS if field.endswith(f"_{pair[0]}")), ("", ""))


def witness_rows(
    subject: str, row: CatalogueRow, exceptions: Mapping[str, Provenance]
) -> list[Witness]:
    """One entry for each number of a row, from its row's source where no exception is stated."""
    own = {"status": row.status, "source": row.source, "accessed": row.accessed}
    numbers = row.model_dump(exclude=set(CatalogueRow.model_fields))
    return [
        {"subject": subject, "parameter": field, "value": _text(value), "unit": unit_of(field),
         **exceptions.get(field, own)}
        for field, value in numbers.items() if not isinstance(value, str | None)
    ]  # fmt: skip


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(_text, value))
    return f"{value:.9g}" if isinstance(value, float) else str(value)
