"""The year in the report: the numbers of `twin climate --json` for the same site, from the files
that a planner writes; drawn so that a copy without colour says the same.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout
from matplotlib.colors import to_rgb
from planner import STILL_AIR, asked, loaded, written
from synthetic import synthetic

import twin
from twin.cli import main
from twin.present.blocks import Grid, Section
from twin.present.figures.months import LOOKS, figure_year
from twin.present.report.year import section
from twin.present.year_words import MODES
from twin.results import Result


def layout(wet: bool = True) -> dict[str, Any]:
    """Chillers with free cooling in water, and dry coolers with pads."""
    found = small_layout(2, 2)
    warm, cold = found["cooling"]["plant"]
    warm |= {"type": "dry_cooler_adiabatic_1000", "supply_temperature": "30 °C"}
    cold |= {"type": "chiller_water_1055", "free_cooling": {"type": "tower"}} if wet else {}
    return found


def year_asked(**changes: Any) -> dict[str, Any]:
    return asked(layout(), site={"climate": "chicago", "grid": "ireland"}, horizon="1 h", **changes)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """The result of a run, and the scenario's file."""
    path = written(year_asked(), tmp_path_factory.mktemp("year"))
    return twin.run(path), path


def climate_of(path: Path, capsys: pytest.CaptureFixture[str], load: str) -> dict[str, Any]:
    """What `twin climate` says of the same file in the same weather."""
    assert main(["climate", str(path), "chicago", "--load", load, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def table(chapter: Section, title: str) -> Grid:
    return next(b for b in chapter.blocks if isinstance(b, Grid) and b.title.startswith(title))


def test_the_page_has_the_numbers_of_the_command(
    told: tuple[Result, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    result, path = told
    chapter = section(result)
    rated = climate_of(path, capsys, "100 %")
    share = result.meta["year"]["as_run"]["inputs"]["load_frac"]
    as_run = climate_of(path, capsys, repr(share))
    both = {row[0]: row[1:] for row in table(chapter, "The year at two loads").rows}
    for n, found in enumerate((rated, as_run)):
        assert both["PUE"][n] == f"{found['pue']:.3f}"
        assert float(both["WUE, L/kWh"][n]) == pytest.approx(found["wue_l_per_kwh"], rel=5e-3)
        peak_kw = found["peak"]["power_w"] / 1e3
        told_kw = float(both["Highest power"][n].removesuffix(" kW"))
        assert told_kw == pytest.approx(peak_kw, rel=5e-3)
    assert f"{rated['pue']:.3f}" in chapter.says[0]
    kept = result.meta["year"]
    for mine, found in ((kept["rated"], rated), (kept["as_run"], as_run)):
        assert mine["pue"] == pytest.approx(found["pue"], rel=1e-7)
        assert mine["modes"] == found["modes"]


def test_months_are_those_of_the_command_and_add_up_to_the_year(
    told: tuple[Result, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    result, path = told
    found = climate_of(path, capsys, "1")
    months = found["months"]
    rows = table(section(result), "By month").rows
    assert [row[2] for row in rows] == [f"{month['pue']:.3f}" for month in months]
    facility, it = (sum(m[key] for m in months) for key in ("facility_kwh", "it_kwh"))
    assert facility / it == pytest.approx(found["pue"], rel=1e-12)
    assert sum(m["water_l"] for m in months) == pytest.approx(sum(found["water_l"].values()))
    assert max(m["peak_w"] for m in months) == found["peak"]["power_w"]
    assert min(months, key=lambda m: m["pue"])["month"] in (12, 1, 2)


def test_hours_of_each_way_to_cool_fill_the_year(told: tuple[Result, Path]) -> None:
    rows = table(section(told[0]), "Hours of each way").rows
    by_plant: dict[str, int] = {}
    for plant, _, *hours in rows:
        counts = [int(cell.replace(",", "")) for cell in hours]
        assert counts[0] == sum(counts[1:])
        by_plant[plant] = by_plant.get(plant, 0) + counts[0]
    assert by_plant == {"warm": 8760, "chilled": 8760}
    ways = {(row[0], row[1]) for row in rows}
    assert ("warm", MODES["wetted"]) in ways
    assert {("chilled", MODES[mode]) for mode in ("free", "mixed", "mechanical")} <= ways


def test_the_year_names_what_it_stands_on(told: tuple[Result, Path]) -> None:
    held = {row[0]: row[1:] for row in table(section(told[0]), "What the year stands on").rows}
    assert "TMY3" in held["air of chicago"][2]
    assert held["air of chicago"][1] == "published"
    assert held["load of racks"][1] == "assumed"
    assert held["curve of chilled"][0] == "york_yt_1055"
    assert "EnergyPlus" in held["curve of chilled"][2]


def test_a_later_climate_is_that_of_the_year_too(tmp_path: Path) -> None:
    hotter = {"name": "chicago", "change": {"dry_bulb": "4 K"}}
    asked_ = year_asked() | {"site": {"climate": hotter, "grid": "ireland"}}
    now = twin.run(loaded(year_asked())).meta["year"]["rated"]
    later = twin.run(loaded(asked_)).meta["year"]
    month, warmer = now["months"][6], later["rated"]["months"][6]
    assert warmer["dry_bulb_degc"] == pytest.approx(month["dry_bulb_degc"] + 4.0, abs=1e-9)
    assert later["rated"]["pue"] > now["pue"]
    assert later["witnesses"][0]["status"] == "assumed"


def test_weather_without_a_year_says_why() -> None:
    steady = asked(layout(), site={"climate": STILL_AIR, "grid": "ireland"}, horizon="10 min")
    result = twin.run(loaded(steady))
    assert section(result).says == ["The site's air is the same all the time: it has no year."]


def test_a_copy_without_colour_tells_the_ways_apart() -> None:
    """Rec. 709 luminance of the fills, lightest first, and a hatch wherever two come near."""
    shade = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in
             (to_rgb(look.fill) for look in LOOKS.values())]  # fmt: skip
    assert all(light - dark > 0.15 for light, dark in pairwise(shade))
    assert len({(look.fill, look.hatch) for look in LOOKS.values()}) == len(MODES)
    drawn = figure_year(synthetic())
    hatches = {patch.get_hatch() for axes in drawn.axes for patch in axes.patches}
    assert {"...", "///"} <= hatches
    text = " ".join(word.get_text() for legend in drawn.legends for word in legend.get_texts())
    assert all(words in text for words in MODES.values())


def test_the_figure_says_the_ratio_of_the_year() -> None:
    words = " ".join(text.get_text() for text in figure_year(synthetic()).axes[0].texts)
    assert re.search(r"1\.230 of the year", words)
