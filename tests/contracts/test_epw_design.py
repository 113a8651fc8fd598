"""Design conditions in the header of a planner's own EPW file, from the file to the run's air."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import small_layout

import twin
from twin.catalogue import rows
from twin.catalogue.rows import Climate
from twin.facility.air.changes import later_year
from twin.facility.model import Facility
from twin.scenario.schema.climate import ClimateChange
from twin.scenario.series import YearOfAir, design_values, year_of_climate, year_of_file
from twin.study.year_of_site import year_of_site

HEATING = "1,-20,-16.6,-25.7,0.4,-19.2,-22.1,0.5,-15.7,12.4,-3.5,11.4,-3.2,4.9,270"
COOLING = (
    "7,10.5,33.3,23.7,31.6,23,30.1,22.1,25.5,31.2,24.5,29.6,23.5,28.1,5.2,230,"
    "23.8,19.2,28.9,22.9,18,27.7,21.9,17,26.5,79.2,31.4,75.1,29.6,70.9,28.2,617"
)
EXTREMES = "11.1,9.4,8.6,28.5,-23.7,35.9,4.5,1.9,-27,37.3,-29.6,38.4,-32.2,39.5,-35.5,40.9"
EDITION_2009 = (
    "1,Climate Design Data 2009 ASHRAE Handbook,,"
    f"Heating,{HEATING},Cooling,{COOLING},Extremes,{EXTREMES}"
)
"""Of Chicago O'Hare, as the file that EnergyPlus ships has it."""
EDITION_2021 = (
    "1,2021 ASHRAE Handbook -- Fundamentals - Chapter 14 Climatic Design Information,,"
    f"Heating,{HEATING},0.556,Cooling,{COOLING.removesuffix('617')}24.3,"
    "Extremes,11.1,9.4,8.6,-23.7,35.9,4.5,1.9,-27,37.3,-29.6,38.4,-32.2,39.5,-35.5,40.9"
)
"""The same numbers where the edition of 2021 has them: one more of heating, one less at the end."""
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@cache
def records() -> str:
    """The hours of Chicago's typical year as 8,760 records."""
    year = year_of_climate(rows(Climate)["chicago"])
    clock = [(m + 1, d + 1, h + 1) for m, n in enumerate(DAYS) for d in range(n) for h in range(24)]
    humid = 100.0 * year.relative_humidity_frac
    return "".join(
        f"2019,{month},{day},{hour},60,?9,{dry:.2f},99.9,{rh:.2f},{pa:.0f}" + ",0" * 25 + "\n"
        for (month, day, hour), dry, rh, pa in zip(
            clock, year.dry_bulb_degc, humid, year.pressure_pa, strict=True
        )
    )


def written(folder: Path, conditions: str | None) -> Path:
    """An EPW file with these design conditions, or without the line."""
    path = folder / "site.epw"
    line = "" if conditions is None else f"DESIGN CONDITIONS,{conditions}\n"
    head = f"LOCATION,Chicago,IL,USA,TMY3,725300,41.98,-87.92,-6.0,201.0\n{line}"
    path.write_text(head + "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31\n" + records())
    return path


def built(folder: Path, start: str = "2026-07-15T06:00:00-06:00", **climate: Any) -> Facility:
    asked: dict[str, Any] = {
        "version": 1, "name": "probe", "layout": small_layout(),
        "site": {"climate": climate, "grid": "ireland"}, "start": start, "horizon": "24 h",
    }  # fmt: skip
    path = folder / "probe.yaml"
    path.write_text(yaml.safe_dump(asked))
    return twin.build(twin.load(path))


def hottest(facility: Facility) -> tuple[float, float]:
    """Dry and wet bulb of the hour with the highest dry bulb."""
    table = facility.weather.table(np.arange(25) * 3600.0)
    dry, wet = table[table[:, 0].argmax(), :2]
    return float(dry), float(wet)


@pytest.mark.parametrize("edition", [EDITION_2009, EDITION_2021], ids=["2009", "2021"])
def test_a_design_day_is_the_one_that_the_header_publishes(tmp_path: Path, edition: str) -> None:
    """By its hours the file has 32.2 °C beside 24.8; the station's many years have 33.3 beside
    23.7. The day has the published range.
    """
    written(tmp_path, edition)
    hot = built(tmp_path, file="site.epw", design_day="cooling_0.4")
    assert hottest(hot) == pytest.approx((33.3, 23.7), abs=0.02)
    assert np.ptp(hot.weather.dry_bulb_degc) == pytest.approx(10.5)
    (said,) = (one.says for one in hot.remarks if one.code == "design_conditions")
    assert "site.epw:2: design days are the published ones of the header" in said
    assert "cooling_0.4 is 33.3 °C, by the hours 32." in said
    year = year_of_file(tmp_path / "site.epw")
    assert design_values(year, "wet_bulb_1") == (29.6, 24.5)
    assert design_values(year, "cooling_2") == (30.1, 22.1)
    assert design_values(year, "heating_99.6")[0] == -20.0
    assert -21.5 < design_values(year, "heating_99.6")[1] < -20.0


@pytest.mark.parametrize("conditions", [None, "0", ""])
def test_without_conditions_percentiles_stand_and_nothing_is_said(
    tmp_path: Path, conditions: str | None
) -> None:
    year = year_of_file(written(tmp_path, conditions))
    dry, _ = design_values(year, "cooling_0.4")
    assert dry == pytest.approx(float(np.percentile(year.dry_bulb_degc, 99.6)))
    assert year.notes == ()


def test_what_a_design_day_stands_on_is_told_where_the_file_has_gaps(tmp_path: Path) -> None:
    """A dry bulb that is missing in February, with a design day of July, of the hours and of the
    header; the year of the same file says it too.
    """
    for conditions in (None, EDITION_2009):
        path = written(tmp_path, conditions)
        lines = path.read_text().splitlines()
        nth = next(n for n, line in enumerate(lines) if line.startswith("2019,2,10,7,"))
        cells = lines[nth].split(",")
        lines[nth] = ",".join([*cells[:6], "99.9", *cells[7:]])
        path.write_text("\n".join(lines) + "\n")
        hot = built(tmp_path, file="site.epw", design_day="cooling_0.4")
        (said,) = (one.says for one in hot.remarks if one.code == "filled_in")
        assert said.startswith(f"site.epw:{nth + 1}: the dry bulb is missing")
        assert said in year_of_file(path).notes


def fahrenheit(edition: str) -> str:
    """The dry and wet bulbs of a header in °F, its range in °F as well."""
    cells = edition.split(",")
    for word, first, last in (("Heating", 2, 3), ("Cooling", 3, 14)):
        for place in range(cells.index(word) + first, cells.index(word) + last + 1):
            cells[place] = f"{float(cells[place]) * 1.8 + 32.0:.1f}"
    return ",".join(cells)


NOT_USED = {
    "cut off": (EDITION_2009.split(",10.5,")[0], "field 2 after Cooling is ''"),
    "another layout": (
        "1,Heating 99.6% Condns DB,-5.0,Cooling .4% Condns DB=>MWB,35.0",
        "the words Heating and Cooling",
    ),
    "no number": (EDITION_2009.replace("31.6", "N/A"), "field 5 after Cooling is 'N/A'"),
    "no range": (EDITION_2009.replace("7,10.5,", "7,"), "°C above a dry bulb of"),
    "no month": (EDITION_2009.replace("Heating,1,", "Heating,"), "-20 stands where"),
    "order": (EDITION_2009.replace("30.1,22.1", "32.1,22.1"), "33.3, 31.6, 32.1 °C"),
    "fahrenheit": (fahrenheit(EDITION_2009), "cooling_2 is 86.2 °C where the hours of the file"),
    "milder winter": (
        EDITION_2009.replace("1,-20,-16.6", "1,-9.3,-7.1"),
        "heating_99 is -7.1 °C where the hours of the file have -17.",
    ),
    "wide range": (EDITION_2009.replace("7,10.5", "7,18.9"), "the daily range is 18.9 K where"),
}
"""Headers that are met (copied from another station, cut off, in °F, a column lost), and why."""


@pytest.mark.parametrize("case", NOT_USED)
def test_a_header_that_cannot_be_the_files_is_told_and_not_used(tmp_path: Path, case: str) -> None:
    conditions, why = NOT_USED[case]
    written(tmp_path, conditions)
    facility = built(tmp_path, file="site.epw", design_day="cooling_0.4")
    (said,) = (one.says for one in facility.remarks if one.code == "design_conditions")
    assert "site.epw:2: the design conditions of the header are not used" in said
    assert why in said
    assert hottest(facility)[0] == pytest.approx(32.2, abs=0.3)


def test_the_year_of_a_file_says_what_its_design_days_stand_on(tmp_path: Path) -> None:
    """As `twin climate` shows it; a run on the file's own hours has nothing to say."""
    path = written(tmp_path, EDITION_2021)
    found = twin.climate("waterside_large", str(path))
    assert any("published ones of the header (" in note for note in found.notes)
    assert found.as_dict()["design_days"]["cooling_1"]["dry_bulb_degc"] == 31.6
    plain = built(tmp_path, file="site.epw")
    assert "design_conditions" not in [one.code for one in plain.remarks]


def test_conditions_of_a_later_climate_move_as_its_hours_do(tmp_path: Path) -> None:
    """July's shift is for cooling, January's for heating. The stretch of 2.1 K over a range of
    10.5 K is a fifth of how far the design hour lies above July's mean.
    """
    year = year_of_file(written(tmp_path, EDITION_2009))
    by_month = tuple(float(month) / 4 for month in range(1, 13))
    shifted = later_year(year, ClimateChange(dry_bulb=[f"{k} K" for k in by_month]))
    assert design_values(shifted, "cooling_0.4")[0] == pytest.approx(33.3 + by_month[6])
    assert design_values(shifted, "heating_99.6")[0] == pytest.approx(-20.0 + by_month[0])
    wider = later_year(year, ClimateChange(daily_range="2.1 K"))
    mean = year.monthly(year.dry_bulb_degc)[6]
    assert design_values(wider, "cooling_1")[0] == pytest.approx(31.6 + 0.2 * (31.6 - mean))
    assert wider.design is not None
    assert wider.design.range_k == pytest.approx(12.6)
    drier = later_year(year, ClimateChange(relative_humidity=-5))
    dry, wet = design_values(drier, "wet_bulb_0.4")
    assert dry == pytest.approx(31.2)
    assert 24.0 < wet < 25.5


@pytest.mark.parametrize("start", ["2026-07-15T06:00:00+01:00", "2026-01-15T06:00:00+01:00"])
def test_a_run_and_its_year_have_one_later_design_day(tmp_path: Path, start: str) -> None:
    """Stockholm's published 27.4 °C by 2 K in July, whenever the run is; by cosines the year of the
    report had 21.7 °C, and a run in January took January's change.
    """
    by_month = ["1 K"] * 6 + ["2 K"] + ["1 K"] * 5
    asked = {"name": "stockholm", "design_day": "cooling_0.4", "change": {"dry_bulb": by_month}}
    facility = built(tmp_path, start, **asked)
    assert hottest(facility)[0] == pytest.approx(29.4)
    year = year_of_site(facility)
    assert isinstance(year, YearOfAir)
    assert design_values(year, "cooling_0.4") == pytest.approx(hottest(facility), abs=0.02)


def test_a_change_of_nothing_moves_no_design_day() -> None:
    """To the tenth of a kelvin that the wet bulb's own inversion keeps."""
    year = year_of_climate(rows(Climate)["singapore"])
    same = later_year(year, ClimateChange())
    for which in ("cooling_0.4", "wet_bulb_2", "heating_99"):
        assert design_values(same, which) == pytest.approx(design_values(year, which), abs=0.02)


@pytest.mark.parametrize(("month", "first"), [(1, 30 * 24), (6, 180 * 24), (12, 364 * 24)])
def test_a_run_and_its_year_change_the_last_hour_of_a_month_alike(
    tmp_path: Path, month: int, first: int
) -> None:
    """The hour that ends at 24:00 is of the month that ends, as in the year's own months: a day up
    to that midnight has the year's hours. Both had the next month's change there.
    """
    start = f"2026-{month:02}-{DAYS[month - 1]}T00:00:00+00:00"
    change = {"dry_bulb": [f"{k} K" for k in range(1, 13)]}
    facility = built(tmp_path, start, name="chicago", change=change)
    year = year_of_site(facility)
    assert isinstance(year, YearOfAir)
    hours = np.arange(1, 25)
    dry_degc = facility.weather.table(hours * 3600.0)[:, 0]
    before = year_of_climate(rows(Climate)["chicago"]).dry_bulb_degc
    place = first + hours - 1
    assert dry_degc - before[place] == pytest.approx(np.full(24, month))
    assert dry_degc == pytest.approx(year.dry_bulb_degc[place])
