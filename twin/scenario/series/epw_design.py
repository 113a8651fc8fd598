"""Design conditions of the station that the header of an EPW file carries.

The line DESIGN CONDITIONS holds a source, then the words Heating, Cooling and Extremes, each before
numbers. Editions of the ASHRAE Handbook differ in how many there are (15 or 16 of heating, 15 or 16
of extremes), not in how they begin: after Heating a month and the dry bulbs of 99.6 and 99 %, after
Cooling a month, the daily range, three dry bulbs with their mean wet bulbs (0.4, 1, 2 %) and three
wet bulbs with their mean dry bulbs. So headers of 2009 to 2021 are read alike.
"""

from __future__ import annotations

import math
from pathlib import Path

from twin.scenario.series.air import DesignConditions, YearOfAir
from twin.scenario.series.design_days import design_values, range_of_hottest_month_k
from twin.scenario.yaml.scalars import brief

FIRST_WORD = "DESIGN CONDITIONS"
PROBES = {"cooling_2": (0, 3.0), "wet_bulb_2": (1, 3.0), "heating_99": (0, 8.0)}
"""Column of a design value, and how far it may lie from that of the file's own hours, K. Of eight
typical years beside their stations' conditions the furthest apart are 0.8, 0.6 and 3.1 K; many
years and one differ more in their few coldest hours, which cold spells decide. Four times as much
is another place, another unit or another column. Assumed."""
RANGE_K = 5.0
"""The same of the daily range; the furthest apart of the eight is 1.8 K."""


def design_of_header(
    lines: list[str], year: YearOfAir, path: Path
) -> tuple[DesignConditions | None, str]:
    """The conditions that a header states, and what to say of them: nothing where it states none;
    where they cannot be read or cannot be those of the file's hours, why they are not used.
    """
    heads = (i for i, line in enumerate(lines[:100]) if line.upper().startswith(FIRST_WORD))
    place = next(heads, None)
    cells = [] if place is None else [cell.strip() for cell in lines[place].split(",")]
    if place is None or len(cells) < 2 or cells[1] in {"", "0"}:
        return None, ""
    where = f"{path.name}:{place + 1}: "
    try:
        found = _conditions(cells)
        _refuse_disorder(found)
        _refuse_elsewhere(found, year)
    except ValueError as error:
        why = f"the design conditions of the header are not used, those of the hours are: {error}"
        return None, where + why
    return found, where + _beside(found, cells[2], year)


def _conditions(cells: list[str]) -> DesignConditions:
    """The numbers by their places after Heating and Cooling."""
    words = [cell.lower() for cell in cells]
    if "heating" not in words or "cooling" not in words:
        raise ValueError("the line has to hold the words Heating and Cooling")
    cold = _numbers(cells, words.index("heating"), 3)
    warm = _numbers(cells, words.index("cooling"), 14)
    for month in (cold[0], warm[0]):
        if month not in range(1, 13):
            raise ValueError(f"{month:g} stands where the coldest or hottest month does")
    return DesignConditions.of(warm[2:8], warm[8:14], cold[1:3], warm[1])


def _numbers(cells: list[str], word: int, count: int) -> list[float]:
    """Numbers after a word; ValueError where one of them is none."""
    found = []
    for nth in range(1, count + 1):
        text = cells[word + nth] if word + nth < len(cells) else ""
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(f"field {nth} after {cells[word]} is {brief(text)!r}, not a number")
        found.append(number)
    return found


def _refuse_disorder(found: DesignConditions) -> None:
    """ValueError where a wet bulb lies above its dry bulb, or a rarer value is the milder one."""
    values = found.values_degc
    for name, (dry, wet) in values.items():
        if wet is not None and wet > dry:
            raise ValueError(f"{name} has a wet bulb of {wet:g} °C above a dry bulb of {dry:g} °C")
    falling = [
        [values[f"cooling_{percent}"][0] for percent in ("0.4", "1", "2")],
        [values[f"wet_bulb_{percent}"][1] or 0.0 for percent in ("0.4", "1", "2")],
        [values[f"heating_{percent}"][0] for percent in ("99", "99.6")],
    ]
    for one in falling:
        if one != sorted(one, reverse=True):
            raise ValueError("a rarer value has to be the more extreme one, not " + _listed(one))


def _listed(values: list[float]) -> str:
    return ", ".join(f"{value:g}" for value in values) + " °C"


def _refuse_elsewhere(found: DesignConditions, year: YearOfAir) -> None:
    """ValueError where conditions are not those of the air of a year."""
    for name, (column, most_k) in PROBES.items():
        stated = found.values_degc[name][column]
        own = design_values(year, name)[column]
        if stated is not None and abs(stated - own) > most_k:
            raise ValueError(
                f"{name} is {stated:g} °C where the hours of the file have {own:.1f} °C; a typical "
                f"year and its station differ by less than {most_k:g} K"
            )
    own_k = range_of_hottest_month_k(year)
    if abs(found.range_k - own_k) > RANGE_K:
        raise ValueError(
            f"the daily range is {found.range_k:g} K where the hours of the file have {own_k:.1f} K"
        )


def _beside(found: DesignConditions, source: str, year: YearOfAir) -> str:
    """Where design days come from, and what the hours alone would give."""
    hot = "cooling_0.4"
    cold = "heating_99.6"
    return (
        f"design days are the published ones of the header ({brief(source, 100)}): {hot} is "
        f"{found.values_degc[hot][0]:.1f} °C, by the hours {design_values(year, hot)[0]:.1f} °C; "
        f"{cold} {found.values_degc[cold][0]:.1f} °C, by the hours "
        f"{design_values(year, cold)[0]:.1f} °C"
    )
