"""Claim: chiller and tower are those of EnergyPlus, through five typical years.

The same curve (York YT 1055 kW), the same tower (York correlation, 4 K at design) and the same day
of heat in EnergyPlus 25.2 at steps of ten minutes: its weather and its heat go into ours, and hours
are compared. Its fans draw the same in thin air; ours draw less, so energy at Golden differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests import energyplus
from tests.energyplus import CONDENSER_DEGC, LEAVING_DEGC, STEPS, TOWER_M3_S, Years
from twin import catalogue
from twin.catalogue.rows import Chiller
from twin.physics.chiller import ChillerCurve, power_w
from twin.physics.tower import Tower, hold, water

pytestmark = pytest.mark.skipif(energyplus.home() is None, reason="EnergyPlus is not installed")
WATER_W_K = TOWER_M3_S * 996.5 * 4180.0


def york() -> ChillerCurve:
    row = catalogue.get(Chiller, "york_yt_1055")
    return ChillerCurve(
        row.capacity_w, row.cop_reference, row.capft, row.eirft, row.eirplr,
        (row.x_min_degc, row.x_max_degc), (row.y_min_degc, row.y_max_degc),
        row.load_min_frac, row.unload_min_frac or row.load_min_frac,
    )  # fmt: skip


def tower_of(curve: ChillerCurve, pressure_pa: float = 101_325.0) -> Tower:
    heat_w = curve.capacity_w * (1 + 1 / curve.cop)
    return Tower(heat_w, WATER_W_K, 4.0, fan_w=11_300.0, pressure_pa=pressure_pa)


@dataclass(frozen=True)
class Ours:
    """What our laws say of the same weather and heat. Arrays are (step,)."""

    tower_degc: np.ndarray
    chiller_w: np.ndarray
    fan_w: np.ndarray
    make_up_kg_s: np.ndarray


def ours(year: Years, curve: ChillerCurve) -> Ours:
    tower = tower_of(curve, float(year["pressure_pa"].mean()))
    heat = year["evaporator_w"]
    rejected = heat * (1 + 1 / curve.cop)
    for _ in range(4):
        held = hold(tower, rejected, year["wet_bulb_degc"], CONDENSER_DEGC)
        chiller_w = power_w(curve, heat, LEAVING_DEGC, held.water_degc)
        rejected = heat + chiller_w
    taken = water(tower, rejected, year["dry_bulb_degc"], year["wet_bulb_degc"], held.air_frac)
    return Ours(held.water_degc, chiller_w, held.fan_w, taken.make_up)


def hourly(values: np.ndarray) -> np.ndarray:
    return np.asarray(values.reshape(-1, STEPS).mean(axis=1))


@pytest.mark.parametrize("weather", energyplus.weather_files(), ids=lambda path: path.stem[4:17])
def test_a_year_side_by_side(weather: Path, tmp_path: Path) -> None:
    curve = york()
    year = energyplus.run(weather, curve, tower_of(curve), tmp_path)
    found = ours(year, curve)
    assert np.abs(hourly(found.tower_degc) - hourly(year["tower_degc"])).max() < 0.2
    power = hourly(found.chiller_w) / hourly(year["chiller_w"])
    assert np.abs(power - 1).max() < 0.01
    energy = (found.chiller_w + found.fan_w).sum() / (year["chiller_w"] + year["fan_w"]).sum()
    assert energy == pytest.approx(1.0, abs=0.02)
    made_up = found.make_up_kg_s.sum() * 3600 / STEPS / 1000 / year["make_up_m3"].sum()
    assert made_up == pytest.approx(1.0, abs=0.04)
