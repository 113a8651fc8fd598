"""Two values of one quantity as people read them: in as few figures as tell them apart."""

from __future__ import annotations

from typing import Any

from twin.analysis.differences import ValueChange, is_number
from twin.quantities import NONE, count, degrees, duration, figures, percent, scaled, short, signed

_FEWEST = 3
"""Of places one more: a centimetre within a hall."""
_MOST = 9
_PREFIXED = frozenset({"W", "B", "token", "flop/s", "Hz", "Pa", "USD"})
LONGEST = 80
"""Letters of a value that is a text."""


def old_and_new(one: ValueChange) -> tuple[str, str]:
    """Both values with their unit."""
    for digits in range(_FEWEST + (one.unit == "m"), _MOST):
        old, new = (shown(one, value, digits) for value in (one.old, one.new))
        if old != new:
            break
    return old, new


def change(one: ValueChange) -> str:
    """New less old with its sign, and in percent where that says something; empty for words."""
    if not (is_number(one.old) and is_number(one.new)):
        return ""
    if one.key == "facing_deg":
        return ""
    less = one.new - one.old
    if one.key.endswith("_frac"):
        return signed(less, f"{figures(100 * abs(less))} points")
    share = one.change_frac
    size = f"{figures(abs(less))} K" if one.unit == "degC" else shown(one, abs(less), _FEWEST)
    part = "" if share is None else f" ({signed(share, percent(abs(share)))})"
    return f"{signed(less, size)}{part}"


def shown(one: ValueChange, value: Any, digits: int) -> str:
    """One of its values in so many figures."""
    if not is_number(value):
        return NONE if value is None or value == "" else short(value, LONGEST)
    if one.key == "facing_deg":
        return _LOOKS_TO.get(round(value), f"{figures(value)}°")
    if one.key.endswith("_frac"):
        return f"{figures(100 * value, digits)} %"
    if isinstance(value, int) and not one.unit:
        return count(value)
    if one.unit in _PREFIXED or one.key.startswith("tokens"):
        return scaled(value, one.unit, digits)
    if one.unit == "J":
        return scaled(value / 3600, "Wh", digits)
    if digits == _FEWEST and one.unit in _PLAIN:
        return _PLAIN[one.unit](value)
    unit = {"degC": "°C", "m3": "m³"}.get(one.unit, one.unit)
    return f"{figures(value, digits)} {unit}".strip()


_LOOKS_TO = {0: "north", 90: "east", 180: "south", 270: "west"}
_PLAIN = {"s": duration, "degC": degrees}
