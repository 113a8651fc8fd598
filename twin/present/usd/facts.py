"""What the catalogue says of a type, as attributes `twin:catalogue:<column>`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.present.usd.author import Spec, Types, value

_UNITS = {
    "_w": "W",
    "_j": "J",
    "_s": "s",
    "_h": "h",
    "_m": "m",
    "_k": "K",
    "_v": "V",
    "_pa": "Pa",
    "_kg": "kg",
    "_hz": "Hz",
    "_m3": "m3",
    "_frac": "1",
    "_degc": "degC",
    "_usd": "USD",
    "_j_k": "J/K",
    "_k_w": "K/W",
    "_b_s": "B/s",
    "_m3_s": "m3/s",
    "_ohm_m": "ohm/m",
    "_per_h": "1/h",
    "_probability": "1",
}
"""By the end of a column's name; the longest that fits."""


def write_facts(prim: Spec, row: Mapping[str, Any]) -> None:
    """Author every stated column of a catalogue row: numbers, words and dates."""
    for name, content in row.items():
        if content is None or isinstance(content, dict | list | tuple):
            continue
        spec = _fact(prim, f"twin:catalogue:{name}", content)
        spec.SetInfo("documentation", f"Column `{name}` of the catalogue row of this type.")
        unit = unit_of(name)
        if unit and isinstance(content, int | float):
            spec.SetInfo("customData", {"unit": unit})


def unit_of(name: str) -> str:
    """Unit that the end of a column's name states; empty where it states none."""
    ends = sorted((end for end in _UNITS if name.endswith(end)), key=len)
    return _UNITS[ends[-1]] if ends else ""


def _fact(prim: Spec, name: str, content: object) -> Spec:
    if isinstance(content, bool):
        return value(prim, name, Types.Bool, content, custom=True, uniform=True)
    if isinstance(content, int | float):
        return value(prim, name, Types.Double, float(content), custom=True, uniform=True)
    return value(prim, name, Types.String, str(content), custom=True, uniform=True)
