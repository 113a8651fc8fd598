"""The numbers of a facility of the published study: middle of their ranges, or as set."""

from __future__ import annotations

import re
from collections.abc import Mapping

from twin.analysis.climate.study import STANDING
from twin.catalogue.facility_types import TYPES, FacilityType, StudyInput
from twin.errors import InputError, Problem, did_you_mean
from twin.units import quantity

_SIZES = {"large": "Large-scale", "large scale": "Large-scale", "midsize": "Midsize",
          "small": "Small"}  # fmt: skip
_SIZE_WORDS = ("large", "scale", "midsize", "small")
_UNITS = {"degc": "degC", "k": "delta_degC", "pa": "Pa"}
_POSSIBLE = {
    "supply_air": (-20.0, 60.0), "dew_point": (-60.0, 40.0), "air_rise": (0.5, 60.0),
    "facility_water_rise": (0.5, 40.0), "tower_water_rise": (0.5, 40.0),
    "tower_approach": (0.5, 40.0), "economiser_approach": (0.0, 40.0),
    "liquid_gas_ratio": (0.05, 20.0), "cycles": (1.05, 1000.0), "cop_error": (-0.9, 5.0),
    "lighting": (0.0, 1.0), "distribution_loss": (0.0, 0.9), "windage": (0.0, 0.2),
    "humidity": (0.0, 1.0), "chiller_part_load": (0.01, 1.0), "fan_heat": (0.0, 1.0),
    "humidifier_pump_pressure": (0.0, 5e7), "fan_pressure": (0.0, 5000.0),
    "tower_fan_pressure": (0.0, 5000.0),
}  # fmt: skip
"""What can be, by the beginning of a key; the others are shares above 0.05 or pressures."""


def _plain(text: str) -> str:
    """Words of a name, lower case, without marks."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def facility_type(name: str, size: str = "") -> tuple[FacilityType, tuple[str, ...]]:
    """The facility that a name stands for, and what was assumed of it.

    name   of the study, its key here, or its number; with the size class where two share a name
    size   large, midsize or small; may stand in the name too
    InputError with the names that there are.
    """
    words = _plain(name)
    wanted = _size_of(words, size)
    words = " ".join(word for word in words.split() if word not in _SIZE_WORDS)
    same = [t for t in TYPES if _names(t, name, words)]
    found = [t for t in same if not wanted or t.size_class == wanted]
    if not found:
        raise InputError([_unknown(name, size)])
    if len(found) == 1:
        return found[0], ()
    others = " and ".join(t.name for t in found[1:])
    return found[0], (f"{found[0].name} is taken; there is {others} too (--size)",)


def _size_of(words: str, size: str) -> str:
    """The size class that is asked for, in its own place or in the name; empty for none."""
    stated = _SIZES.get(_plain(size), "")
    if size and not stated:
        problem = Problem("--size", repr(size), "large, midsize or small")
        raise InputError([problem])
    padded = f" {words} "
    return stated or next((full for word, full in _SIZES.items() if f" {word} " in padded), "")


def _names(facility: FacilityType, name: str, words: str) -> bool:
    keys = (facility.key, str(facility.case))
    return name.strip().lower() in keys or words == _plain(facility.cooling_system)


def _unknown(name: str, size: str) -> Problem:
    names = [t.name for t in TYPES]
    known = [*names, *(t.cooling_system for t in TYPES), *(t.key for t in TYPES)]
    found = repr(name) + (f" of size {size}" if size else "")
    allowed = "a layout file, or one of: " + "; ".join(f"{t.key} ({t.name})" for t in TYPES)
    return Problem("SYSTEM", found, allowed, did_you_mean(name, known))


def settled(
    facility: FacilityType, changes: Mapping[str, str | float]
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Inputs by key, with the changes; and notes on those outside of what the study varied.

    changes   by key or the study's name: numbers in the unit of the catalogue, or quantities
    InputError with every change that cannot be.
    """
    values = {key: one.middle for key, one in facility.inputs.items()}
    values |= {key: value for key, value in STANDING.items() if key not in values}
    problems: list[Problem] = []
    notes: list[str] = []
    for name, stated in changes.items():
        key = _key(facility, name)
        if key is None:
            problems.append(_no_input(facility, name))
            continue
        try:
            values[key] = _number(key, facility.inputs.get(key), stated)
        except ValueError as error:
            problems.append(Problem(key, repr(stated), str(error), file="--set"))
            continue
        notes += _beyond(facility.inputs.get(key), values[key])
    problems += _contradictions(values)
    if problems:
        raise InputError(problems)
    return values, tuple(notes)


def _key(facility: FacilityType, name: str) -> str | None:
    """The key that a name stands for; None where the facility has no such input."""
    by_name = {_plain(one.name): key for key, one in facility.inputs.items()}
    keys = {_plain(key): key for key in (*facility.inputs, *STANDING)}
    return keys.get(_plain(name)) or by_name.get(_plain(name))


def _no_input(facility: FacilityType, name: str) -> Problem:
    known = [*facility.inputs, *(key for key in STANDING if key not in facility.inputs)]
    allowed = f"an input of {facility.name}: " + ", ".join(known)
    return Problem(name, "no such input", allowed, did_you_mean(name, known), file="--set")


def _number(key: str, one: StudyInput | None, stated: str | float) -> float:
    """A number within what can be; ValueError with what is allowed."""
    low, high = _possible(key)
    unit = "" if one is None or one.unit == "frac" else one.unit
    allowed = f"{low:g} to {high:g} {unit}".rstrip()
    try:
        value = float(stated)
    except ValueError:
        value = _quantity(str(stated), unit, allowed)
    if not low <= value <= high:
        raise ValueError(allowed)
    return value


def _quantity(text: str, unit: str, allowed: str) -> float:
    if not unit and text.strip().endswith("%"):
        try:
            return float(text.strip().removesuffix("%")) / 100.0
        except ValueError as error:
            raise ValueError(allowed) from error
    try:
        return quantity(text, _UNITS[unit])
    except (KeyError, ValueError) as error:
        raise ValueError(allowed) from error


def _possible(key: str) -> tuple[float, float]:
    matching = [word for word in _POSSIBLE if key.startswith(word)]
    if matching:
        return _POSSIBLE[max(matching, key=len)]
    return (0.0, 1e7) if key.endswith("pressure") else (0.05, 1.0)


def _beyond(one: StudyInput | None, value: float) -> list[str]:
    if one is None or one.low <= value <= one.high:
        return []
    return [f"{one.key} {value:g} lies outside {one.low:g} to {one.high:g}, which the study varied"]


def _contradictions(values: Mapping[str, float]) -> list[Problem]:
    """Lower ends of the window of supply air above its upper ends."""
    pairs = ("supply_air", "dew_point", "humidity")
    return [
        Problem(
            f"{what}_low", f"{values[f'{what}_low']:g}",
            f"below {what}_high, {values[f'{what}_high']:g}", file="--set",
        )
        for what in pairs
        if values[f"{what}_low"] >= values[f"{what}_high"]
    ]  # fmt: skip
