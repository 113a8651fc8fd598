"""Outcomes as a study says them: in enough figures, with the unit that their names end in."""

from __future__ import annotations

from twin.quantities import scaled, short_number

_UNITS = {
    "_j": "J",
    "_usd": "USD",
    "_kg": "kg",
    "_m3": "m³",
    "_degc": "°C",
    "_k": "K",
    "_s": "s",
    "_h": "h",
}
"""Of outcomes whose names end so and that are no rates."""


def precise(value: float, outcome: str = "", digits: int = 4) -> str:
    """A number in four figures, for what differs by little, with the unit that its outcome's name
    ends in; energies in watt-hours, as reports have them.
    """
    if outcome.endswith("_j") and abs(value) >= 3600.0:
        return scaled(value / 3600.0, "Wh", digits)
    if outcome.endswith("_w"):
        return scaled(value, "W", digits)
    of = "" if "_per_" in outcome else outcome
    if of.endswith("_frac"):
        return f"{short_number(100.0 * value, digits)} %"
    unit = next((unit for end, unit in _UNITS.items() if of.endswith(end)), "")
    return f"{short_number(value, digits)} {unit}".rstrip()


def unitless(outcome: str) -> str:
    """The name of an outcome without the unit that `precise` says beside its numbers; all of it
    where there is none.
    """
    ends: tuple[str, ...] = () if "_per_" in outcome else ("_w", "_frac", *_UNITS)
    return next((outcome.removesuffix(end) for end in ends if outcome.endswith(end)), outcome)


def between(low: float, high: float, outcome: str) -> str:
    """Two ends of what an outcome reaches."""
    return f"{precise(low, outcome)} to {precise(high, outcome)}"


def less(difference: float, outcome: str) -> str:
    """A difference of an outcome; of shares in percentage points, which are no per cent of it."""
    return _in_points(precise(difference, outcome), outcome)


def less_between(low: float, high: float, outcome: str) -> str:
    """Two ends of a difference."""
    return _in_points(between(low, high, outcome), outcome)


def _in_points(text: str, outcome: str) -> str:
    """`0.5 % to 1 %` of a share as `0.5 to 1 percentage points`."""
    share = outcome.endswith("_frac") and "_per_" not in outcome
    return f"{text.replace(' %', '')} percentage points" if share else text


def apart(one: float, other: float, outcome: str) -> tuple[str, str]:
    """Two numbers in as many figures as tell them apart, four at least and nine at most."""
    for digits in range(4, 10):
        texts = (precise(one, outcome, digits), precise(other, outcome, digits))
        if texts[0] != texts[1]:
            break
    return texts
