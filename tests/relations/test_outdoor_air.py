"""Dampers of air handlers, through the front door: outdoor air does what chillers did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, loaded, site
from twin.errors import InputError
from twin.simulation import start

WORK = {"horizon": "3 h"}


def room(**economiser: Any) -> dict[str, Any]:
    """Three racks in air whose handlers hold 20 °C, with or without dampers."""
    layout = small_layout(0, 3)
    layout["cooling"]["plant"] = [layout["cooling"]["plant"].pop()]
    layout["cooling"]["air"][0]["supply_temperature"] = "20 °C"
    if economiser:
        layout["cooling"]["air"][0]["economiser"] = economiser
    return layout


def chillers_w(run: twin.Result) -> float:
    energy = run.frame("energy").set_index("target").energy_j
    return float(energy["chiller"]) / 10_800


MILD = {"dew_point_low": "-9 °C"}


def test_in_mild_air_chillers_rest_and_inlets_stay_as_they_were() -> None:
    mild = site(12.0, 9.0)
    shut = answer(room(), site=mild, **WORK)
    open_ = answer(room(**MILD), site=mild, **WORK)
    assert chillers_w(open_) < 0.75 * chillers_w(shut)
    assert open_.summary["pue"] < shut.summary["pue"]
    last = [r.frame("racks").query("time_s == 10800").inlet_air_degc.mean() for r in (shut, open_)]
    assert last[1] == pytest.approx(last[0], abs=1.0)
    assert abs(open_.summary["heat_balance_residual_frac"]) < 1e-11


@pytest.mark.parametrize(
    ("dry", "wet"), [(35.0, 20.0), (24.0, 22.0), (-15.0, -16.5)], ids=["hot", "humid", "dry"]
)
def test_air_that_is_hot_humid_or_dry_is_kept_out(dry: float, wet: float) -> None:
    air = site(dry, wet)
    shut = answer(room(), site=air, **WORK)
    open_ = answer(room(**MILD), site=air, **WORK)
    assert chillers_w(open_) == pytest.approx(chillers_w(shut), rel=1e-9)


def test_a_wider_window_takes_drier_air() -> None:
    frost = site(-15.0, -16.5)
    narrow = answer(room(**MILD), site=frost, **WORK)
    wide = answer(room(dew_point_low="-40 °C"), site=frost, **WORK)
    assert chillers_w(wide) < 0.75 * chillers_w(narrow)
    assert abs(wide.summary["heat_balance_residual_frac"]) < 1e-11


def test_a_day_of_weather_saves_in_the_cold_hours_and_stops_and_goes_on(tmp_path: Path) -> None:
    day = {"site": {"climate": "denver", "grid": "virginia"}, "horizon": "1 d"}
    shut = answer(room(), **day)
    dry = room(dew_point_low="-30 °C", humidity_high=0.9)
    facility = twin.build(loaded(asked(dry, **day)))
    open_ = start(facility).until().result()
    assert open_.summary["energy_cooling_j"] < shut.summary["energy_cooling_j"]
    part = start(facility).until(20_000.0)
    later = twin.resume(part.save(tmp_path / "part.twin")).until().result()
    for table in ("events", "loops", "racks"):
        assert open_.frame(table).equals(later.frame(table))


def test_dampers_need_a_set_point() -> None:
    layout = room(**MILD)
    del layout["cooling"]["air"][0]["supply_temperature"]
    with pytest.raises(InputError, match="supply_temperature"):
        loaded(asked(layout))
