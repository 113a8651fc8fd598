"""Quantities as people write them, turned into SI floats.

`quantity("132 kW", "W")` is 132000.0. Temperatures become degrees Celsius, times seconds,
flows of liquid cubic metres a second. Parsing is pint's; this module only names the target units.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pint import UnitRegistry


_WORD = r"(1|[A-Za-zµ°%]+(2[A-Za-z]*)?(\^[1-3]|[²³])?)"
"""A unit word with at most one small exponent: powers of powers keep a parser busy for ever."""
NUMBER = r"[-+]?([0-9]{1,18}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][-+]?[0-9]{1,3})?"
"""A number as the files write it."""
UNIT = rf"/? *{_WORD}(( *[/·] *| +){_WORD})*"
"""A unit as the files write it: words that are multiplied or divided."""
_QUANTITY = re.compile(rf"(?P<number>{NUMBER})\s*(?P<unit>(?=.{{0,24}}$)({UNIT})?)")

CUSTOMARY: Mapping[str, tuple[str, ...]] = {
    "W": ("W", "kW", "MW", "GW"),
    "J": ("J", "kJ", "MJ", "Wh", "kWh", "MWh", "GWh"),
    "s": ("s", "min", "h", "d"),
    "m": ("m", "cm", "mm", "ft"),
    "degC": ("°C", "°F"),
    "delta_degC": ("K",),
    "m**3": ("m^3", "L"),
    "m**3/s": ("m^3/s", "m^3/h", "L/s", "L/min"),
    "Pa": ("Pa", "kPa", "bar"),
    "USD/J": ("USD/kWh", "USD/MWh"),
    "USD/token": ("USD/Mtok",),
    "USD/m**3": ("USD/m^3",),
    "USD/W/month": ("USD/kW/month",),
    "kg/J": ("g/kWh", "kg/MWh"),
}
"""Units that people write, by the unit they become: what a hint may offer."""
_SLIPS: Mapping[str, str] = {
    "c": "°C",
    "deg": "°C",
    "celsius": "°C",
    "f": "°F",
    "fahrenheit": "°F",
    "m": "min",
    "m3": "m^3",
    "hr": "h",
    "hrs": "h",
    "days": "d",
}
"""What people write for a unit that is called otherwise here."""

FACTORS: dict[str, dict[str, float]] = {
    "W": {"W": 1.0, "kW": 1e3, "MW": 1e6},
    "J": {"J": 1.0, "MJ": 1e6, "GJ": 1e9, "kWh": 3.6e6, "MWh": 3.6e9},
    "s": {"s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0, "d": 86400.0, "day": 86400.0},
    "m": {"m": 1.0, "mm": 1e-3, "cm": 1e-2},
    "degC": {"degC": 1.0},
    "delta_degC": {"K": 1.0},
    "m**3/s": {"m^3/s": 1.0, "L/min": 1.666666666666667e-05, "L/s": 0.0010000000000000002},
    "m**3": {"m^3": 1.0, "m³": 1.0, "L": 0.0010000000000000002},
    "Pa": {"Pa": 1.0, "kPa": 1e3},
    "byte": {"byte": 1.0, "GB": 1e9, "TB": 1e12, "PB": 1e15},
    "byte/s": {"byte/s": 1.0, "GB/s": 1e9, "Gbit/s": 1.25e8, "Tbit/s": 1.25e11},
    "USD/J": {"USD/J": 1.0, "USD/kWh": 2.7777777777777776e-07, "USD/MWh": 2.7777777777777777e-10},
    "USD/m**3": {"USD/m^3": 1.0},
    "kg/J": {"kg/J": 1.0, "g/kWh": 2.7777777777777777e-10, "kg/kWh": 2.7777777777777776e-07},
    "USD/token": {"USD/token": 1.0, "USD/Mtok": 1e-6},
    "1/s": {"1/s": 1.0, "1 /s": 1.0, "1 / s": 1.0},
    "": {"": 1.0, "%": 0.01},
    "V": {"V": 1.0, "kV": 1e3},
    "A": {"A": 1.0, "kA": 1e3},
    "J/K": {"J/K": 1.0, "kJ/K": 1e3},
    "USD/W/month": {"USD/W/month": 1.0, "USD/kW/month": 1e-3},
}
"""What pint multiplies by, to its last digit, for the units that files hold most: a file of these
alone is read without loading pint, which takes longer than everything else about reading it."""


@cache
def registry() -> UnitRegistry[float]:
    """The one registry, with the field's own words added; loaded at first use, for pint is slow to
    import.
    """
    from pint import UnitRegistry

    ureg: UnitRegistry[float] = UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
    ureg.define("USD = [currency] = usd = dollar")
    ureg.define("token = [token] = tok = tokens")
    ureg.define("Mtok = 1e6 * token")
    ureg.define("flop = [operation] = FLOP")
    ureg.define("lpm = liter / minute")
    ureg.define("tCO2 = 1000 * kilogram = tCO2e")
    return ureg


@lru_cache(maxsize=4096)
def quantity(text: str, unit: str) -> float:
    """The number of `unit` that a text such as "18 °C", "2.5 MWh" or "1200 L/min" stands for.

    Only one number and one unit are read, never arithmetic: files are data.
    Raises ValueError with the reason where the text is no quantity of that dimension.
    """
    number, unit_text = _split(text)
    for word in _TWO_MEANINGS.keys() & set(re.findall(r"[A-Za-z]+", unit_text)):
        raise ValueError(f"{text!r} has two readings: {_TWO_MEANINGS[word]}")
    if unit == "W" and _APPARENT.search(unit_text):
        raise ValueError(
            f"{text!r} is apparent power; write {{apparent_power: {text}, power_factor: 0.95}} "
            "where a rating is asked, or watts"
        )
    if unit == "1/s" and unit_text and not _EVENTS.fullmatch(unit_text):
        raise ValueError(f"{text!r} is no rate of events; write '30 / s' or '600 / min'")
    if unit and not unit_text and registry().Unit(unit).dimensionality:
        raise ValueError(no_unit(text, unit))
    return _convert(number, unit_text, unit)


_BTU = "a thousand Btu on most data sheets, a million in SI; write kBtu, or 1000 kBtu"
_TON = "a tonne, or 907 kg of the United States; write t, or 2000 lb"
_TWO_MEANINGS: Mapping[str, str] = {
    "MBtu": _BTU,
    "MBTU": _BTU,
    "mt": "a tonne where it is short for metric ton, a thousandth of one in SI; write t, or kg",
    "ton": _TON,
    "tons": _TON,
}
"""Words that pint reads one way and a data sheet may mean another, by 1,000 or by a tenth."""

_APPARENT = re.compile(r"[kMG]?VA\b")
"""Volts times amperes: watts only with a power factor."""


_EVENTS = re.compile(r"1 ?/ ?(s|min|h|d|day|second|minute|hour)|[kM]?Hz")
"""Units that count events in time. Radians and bits are plain numbers to pint, which reads 60 rpm
as 6.28 a second (findings/units_of_counts.sh)."""


def _split(text: str) -> tuple[float, str]:
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a quantity (a number and a unit){_power_of(text)}")
    unit = match["unit"].replace("°", "deg")
    return float(match["number"]), f"1 {unit}" if unit.startswith("/") else unit


def _convert(number: float, unit_text: str, unit: str) -> float:
    factor = FACTORS.get(unit, {}).get(unit_text)
    return _by_pint(number, unit_text, unit) if factor is None else number * factor


def _by_pint(number: float, unit_text: str, unit: str) -> float:
    from pint.errors import PintError

    try:
        return float(registry().Quantity(number, unit_text).to(unit).magnitude)
    except (PintError, ValueError, TypeError, AttributeError, AssertionError) as error:
        found = f"'{number:g} {unit_text}'"
        problem = (
            f"a number with its unit ({_usual(unit)}); {found} cannot be expressed in {shown(unit)}"
        )
        raise ValueError(problem + _meant(number, unit_text, unit)) from error


def shown(unit: str) -> str:
    """A unit as people write it: `degC` is '°C'."""
    return CUSTOMARY[unit][0] if unit in ("degC", "delta_degC", "m**3", "m**3/s") else unit


def customary(text: str) -> str:
    """The same quantity in the unit of its kind that writes it shortest, larger units first:
    `86400.0 s` is `1 d`, `2.0 USD/m^3` is `2 USD/m³`; other text as it is.
    """
    match = _QUANTITY.fullmatch(text)
    kind = match["unit"].replace("^", "**") if match else ""
    if match is None or not kind:
        return text
    size = float(match["number"])
    known = [] if size == 0 or kind in ("m", "m**3") else CUSTOMARY.get(kind, ())
    factors = {word: FACTORS[kind][word] for word in reversed(known) if word in FACTORS[kind]}
    if size < 2 * factors.get("d", 0.0):
        factors.pop("d", None)  # as everywhere: a day is 24 h
    each = [(f"{size / factor:.12g}", word) for word, factor in factors.items()]
    each.append((f"{size:.12g}", match["unit"]))
    told, word = min(each, key=lambda one: (len(one[0]), one[0].startswith("0")))
    return f"{told} {shown(word)}".replace("^3", "³").replace("^2", "²")


def no_unit(value: object, unit: str) -> str:
    """What to say of a bare number. Which unit was meant is not guessed: a wrong guess that is
    copied is worse than none.
    """
    return f"a number with its unit ({_usual(unit)}); {value!r} has none"


def _usual(unit: str) -> str:
    """What people write for a unit, in words."""
    known = CUSTOMARY.get(unit, (unit,))
    return ", ".join(known[:-1]) + f" or {known[-1]}" if known[1:] else known[0]


def _power_of(text: str) -> str:
    """A hint for `2 m3`, which is written `2 m^3`."""
    powered = re.sub(r"(?<=[A-Za-z])([23])\b", r"^\1", text.strip())
    is_cure = powered != text.strip() and _QUANTITY.fullmatch(powered)
    return f"; did you mean {powered!r}?" if is_cure else ""


def _meant(number: float, unit_text: str, unit: str) -> str:
    """The customary unit that was nearly written, as a hint."""
    wanted = unit_text.removeprefix("deg").strip().lower()
    known = CUSTOMARY.get(unit, ())
    near = next((word for word in known if word.lower() == wanted), _SLIPS.get(wanted, ""))
    return f"; did you mean '{number:g} {near}'?" if near in known and near else ""
