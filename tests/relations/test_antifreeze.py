"""Claim: glycol in a plant's water moves less heat for the same litres, by what its tables say:
40 % by mass carry 3.838 MJ/(m³ K) at 30 °C where water carries 4.162 (CoolProp 8), 7.8 % less.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, busy, faults, loaded
from twin import catalogue
from twin.catalogue.rows import CoolingEquipment
from twin.physics.coolant import control_slope_w_k

WATER = 4.1467e6
"""That is reckoned with, at 40 °C."""
LESS = 0.9222


def room(glycol: str, liquid: int = 0, **keys: Any) -> dict[str, Any]:
    layout = small_layout(liquid, 4)
    if not liquid:
        layout["cooling"]["plant"] = layout["cooling"]["plant"][1:]
    for plant in layout["cooling"]["plant"]:
        plant |= {"antifreeze": glycol, **keys}
    return layout


def at_work(layout: dict[str, Any], **changes: Any) -> twin.Result:
    return answer(layout, **{"workload": [busy(nodes=8)], "horizon": "8 h"} | changes)


def of(result: twin.Result, loop: str, time_s: float) -> tuple[float, float]:
    table = result.frame("loops").query("loop == @loop").set_index("time_s")
    return float(table.temperature_degc.loc[time_s]), float(table.heat_w.loc[time_s])


@pytest.mark.parametrize(("glycol", "frac"), [("0 %", 1.0), ("40 %", LESS)])
def test_mixed_water_of_a_common_pipe_is_as_much_warmer(glycol: str, frac: float) -> None:
    """One chiller left, its pump moves 4 L/s of the 7.9 that two handlers draw."""
    layout = room(glycol, count=2, primary_flow="4 L/s")
    facility = twin.build(loaded(asked(layout)))
    plant = facility.cooling.plants[0]
    drawn_m3_s = 2 * catalogue.get(CoolingEquipment, "crah_100").primary_flow_m3_s
    lost = at_work(layout, faults=faults((4 * 3600.0, "chilled_1", 3 * 3600.0)))
    degc, heat_w = of(lost, "chilled", 6.5 * 3600.0)
    behind = 16.0 + heat_w / control_slope_w_k(1, plant.capacity_w, plant.band_k)
    mixed_k = heat_w / (WATER * frac) * (1 / 0.004 - 1 / drawn_m3_s)
    assert degc == pytest.approx(behind + mixed_k, abs=3e-3)


def test_a_tank_of_it_is_empty_earlier_and_water_warms_faster() -> None:
    """Chillers lost for good: 2 m³ at 8 K, 90 % usable, then the loop's own water."""
    tank = {"volume": "2 m^3", "rise": "8 K", "discharge": "150 kW", "charge": "100 kW"}
    given_s, warmed_k = np.empty(2), np.empty(2)
    for k, glycol in enumerate(("0 %", "40 %")):
        layout = room(glycol, cold_store=tank, volume="60 m^3")
        run = at_work(layout, faults=faults((4 * 3600.0, "chilled", 4 * 3600.0)))
        events = run.frame("events").set_index("what").time_s
        given_s[k] = events["cold store rests"] - events["cold store gives"]
        warmed_k[k] = of(run, "chilled", 7.5 * 3600.0)[0] - of(run, "chilled", 6.0 * 3600.0)[0]
    assert given_s[1] / given_s[0] == pytest.approx(LESS, abs=0.005)
    assert warmed_k[0] / warmed_k[1] == pytest.approx(LESS, abs=0.01)


def test_coolant_stands_further_above_it() -> None:
    """By the exchanger of the data sheet: 600 kW at 4 K between 8.8 L/s of coolant (4.008 MJ/(m³
    K)) and 8.8 L/s of water. Two racks draw 4 L/s of coolant, whose film goes as flow^0.8.
    """
    coolant, water = 8.8e-3 * 4.0079e6, 8.8e-3 * WATER
    frac = 600e3 / (coolant * (4.0 + 600e3 / coolant))
    ratio = coolant / water
    rated_w_k = coolant * np.log((1 - frac * ratio) / (1 - frac)) / (1 - ratio)
    transfer_w_k = 2 * rated_w_k / ((4.0 / 8.8) ** -0.8 + 1)
    above_k = np.empty(2)
    for k, (glycol, less) in enumerate((("0 %", 1.0), ("40 %", LESS))):
        run = at_work(room(glycol, liquid=2), workload=[busy(nodes=36)])
        degc, heat_w = of(run, "cdu_loop", 8 * 3600.0)
        hot, cold = 4e-3 * 4.0079e6, water * less
        e = np.exp(-transfer_w_k / hot * (1 - hot / cold))
        passed_w_k = hot * (1 - e) / (1 - hot / cold * e)
        by_hand_k = heat_w * (1 / passed_w_k - 1 / hot)
        above_k[k] = degc - of(run, "warm", 8 * 3600.0)[0]
        assert above_k[k] == pytest.approx(by_hand_k, rel=0.01)
    assert above_k[1] > 1.05 * above_k[0]
