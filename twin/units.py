"""Quantities as people write them, turned into SI floats.

`quantity("132 kW", "W")` is 132000.0. Temperatures become degrees Celsius, times seconds,
flows of liquid cubic metres a second. Parsing is pint's; this module only names the target units.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pint import UnitRegistry


_WORD = r"(1|[A-Za-zµ°%]+(2[A-Za-z]*)?(\^[1-3]|[²³])?)"
"""A unit word with at most one small exponent: powers of powers keep a parser busy for ever."""
_QUANTITY = re.compile(
    r"(?P<number>[-+]?([0-9]{1,18}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][-+]?[0-9]{1,3})?)\s*"
    rf"(?P<unit>(?=.{{0,24}}$)(/? *{_WORD}(( *[/·] *| +){_WORD})*)?)"
)


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
    if not unit_text and registry().Unit(unit).dimensionality:
        raise ValueError(
            f"{text!r} has no unit; write it in {unit}, for instance '{number:g} {unit}'"
        )
    return _convert(number, unit_text, unit)


def _split(text: str) -> tuple[float, str]:
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a quantity (a number and a unit)")
    unit = match["unit"].replace("°", "deg")
    return float(match["number"]), f"1 {unit}" if unit.startswith("/") else unit


def _convert(number: float, unit_text: str, unit: str) -> float:
    from pint.errors import PintError

    try:
        return float(registry().Quantity(number, unit_text).to(unit).magnitude)
    except (PintError, ValueError, TypeError, AttributeError, AssertionError) as error:
        raise ValueError(f"'{number:g} {unit_text}' cannot be expressed in {unit}") from error
