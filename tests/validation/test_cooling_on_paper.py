"""Claim: what a planner reads of coolers beside chillers, of machines beyond their curves, of pads,
pumps, resets and a lost pump is what a mechanical engineer works out from the same data sheets.

Fans, coolant rise, moist air and towers: `test_plant_by_hand.py`; handlers that are lost:
`test_halls_by_hand.py`. Nothing of the program is asked here but its inputs, and YorkCalc, whose
worked values stand in `test_tower.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_layout
from scipy.integrate import solve_ivp

import twin
from tests.planner import answer, asked, busy, faults, loaded, ran, site
from twin import catalogue
from twin.catalogue.rows import Chiller
from twin.physics.yorkcalc import liquid_to_gas_for, york_approach_k

WATER, COOLANT = 4.1467e6, 4.0079e6
HANDLERS_W_K = 2 * 0.00398724083 * WATER
"""Facility water of two handlers."""
CGAM_W, CGAM_COP, BAND_K = 433_600.0, 3.08, 3.0
CGAM = (
    (1.0428575245, 0.0390769644, 0.0001876955, -0.0031517246, -9.84665e-05, -0.0003385144),
    (0.5436161169, -0.0108322959, 0.0004105474, 0.0042214209, 0.0004027623, -0.0005156184),
    (0.0493, 0.622, 0.3275),
)
"""Trane CGAM130 of EnergyPlus' data set: capacity, energy by temperature, energy by load."""


def biquadratic(c: tuple[float, ...], x: float, y: float) -> float:
    return c[0] + c[1] * x + c[2] * x**2 + c[3] * y + c[4] * y**2 + c[5] * x * y


def compressors_w(heat_w: float, leaving: float, air: float) -> float:
    """One CGAM130 inside its curves: below a quarter of its capacity it draws what it draws there,
    below 15 % it cycles.
    """
    available = CGAM_W * biquadratic(CGAM[0], leaving, air)
    part = max(heat_w / available, 0.25)
    load = CGAM[2][0] + CGAM[2][1] * part + CGAM[2][2] * part**2
    cycling = min(heat_w / available / 0.15, 1.0)
    return available / CGAM_COP * biquadratic(CGAM[1], leaving, air) * load * cycling


def room(**plant: Any) -> dict[str, Any]:
    """Four racks in air, 114.4 kW, and two handlers of 2.75 kW, on a chiller."""
    layout = small_layout(0, 4)
    layout["cooling"]["plant"] = [layout["cooling"]["plant"].pop() | plant]
    return layout


def at_work(layout: dict[str, Any], nodes: int = 8, **changes: Any) -> twin.Result:
    return answer(layout, **{"workload": [busy(nodes=nodes)], "horizon": "8 h"} | changes)


def water(run: twin.Result, loop: str = "chilled") -> tuple[float, float]:
    """Water and its heat at the end."""
    last = run.frame("loops").query("loop == @loop").iloc[-1]
    return float(last.temperature_degc), float(last.heat_w)


def plant_w(run: twin.Result) -> float:
    """What plants draw at the end, handlers and coolant units left out."""
    drawn = run.frame("energy").set_index("target").energy_j
    moves = sum(float(drawn.get(kind, 0.0)) for kind in ("crah", "cdu")) / (8 * 3600.0)
    return float(run.frame("site").cooling_power_w.iloc[-1]) - moves


def fans_w(rated_w: float, speed: float) -> float:
    return rated_w * (0.05 + 0.95 * speed**3)


def coolers(mode: str, kw: float, approach_k: float, count: int = 1) -> dict[str, Any]:
    size = {"capacity": f"{kw} kW", "approach": f"{approach_k} K", "power_rated": "4 kW"}
    return {"type": "dry_cooler_1000", "name": "free", "count": count, "mode": mode,
            "overrides": size}  # fmt: skip


@pytest.mark.parametrize("mode", ["series", "parallel"])
def test_coolers_carry_the_heat_when_the_chillers_beside_them_are_lost(mode: str) -> None:
    """Two of 300 kW at 6 K in air of 20 °C, warmer than the set-point of 16: T = T_air + Q / G.
    They stood still, and the racks ended at 48 °C water, off.
    """
    layout = room(free_cooling=coolers(mode, 300, 6, 2))
    lost = faults((3600.0, "chilled", 8 * 3600.0))
    run = at_work(layout, site=site(20.0), faults=lost)
    degc, heat_w = water(run)
    assert heat_w == pytest.approx(4 * 28.6e3 + 2 * 1244.8 + 3e3, rel=1e-4)
    assert degc == pytest.approx(20.0 + heat_w / (2 * 300e3 / 6), abs=1e-6)
    assert plant_w(run) == pytest.approx(2 * 4e3 + 3e3, rel=1e-6)
    assert abs(run.summary["heat_balance_residual_frac"]) < 1e-11


def test_a_small_cooler_ahead_of_a_chiller_takes_its_part() -> None:
    """150 kW at 8 K in air of 8 °C, water of 9 °C back at 13.5: G / (1 + G / C) (T_return - T_air)
    at full fans, which are worth it at 16 W a watt; the chiller does the rest.
    """
    cooler = coolers("series", 150, 8)
    run = at_work(room(supply_temperature="9 °C", free_cooling=cooler), site=site(8.0))
    degc, heat_w = water(run)
    coil = 150e3 / 8
    taken = coil / (1 + coil / HANDLERS_W_K) * (degc + heat_w / HANDLERS_W_K - 8.0)
    assert degc == pytest.approx(9.0 + heat_w / (CGAM_W / BAND_K), abs=1e-6)
    assert taken == pytest.approx(65.3e3, rel=1e-3)
    by_hand_w = compressors_w(heat_w - taken, degc, 8.0) + fans_w(4e3, 1.0) + 3e3
    assert plant_w(run) == pytest.approx(by_hand_w, rel=1e-4)


def test_a_plant_of_coolers_beside_one_of_chillers_with_coolers() -> None:
    """5 °C: warm water by a dry cooler, chilled water by another of its free coolers, both of 1 MW
    at 8 K with 25 kW of fans; heat for a kelvin of their water goes as speed^1.24.
    """
    layout = small_layout(2, 4)
    layout["cooling"]["plant"][1]["free_cooling"] = {"type": "dry_cooler_1000", "name": "free"}
    both = [busy(nodes=36), busy("other", nodes=8)]
    run = at_work(layout, workload=both, site=site(5.0))
    fans = 0.0
    for loop in ("warm", "chilled"):
        degc, heat_w = water(run, loop)
        fans += fans_w(25e3, (heat_w / (125e3 * (degc - 5.0))) ** (1 / 1.24))
    assert plant_w(run) == pytest.approx(fans + 5e3 + 3e3, rel=2e-3)


def test_a_chiller_by_its_curves() -> None:
    run = at_work(room(supply_temperature="9 °C"), site=site(30.0))
    degc, heat_w = water(run)
    assert plant_w(run) == pytest.approx(compressors_w(heat_w, degc, 30.0) + 3e3, rel=1e-6)


def test_reused_heat_is_spared_the_chiller() -> None:
    """40 % of the heat: 48 kW of 120."""
    reuse = {"share": "40 %", "capacity": "60 kW", "return_at_least": "10 °C"}
    run = at_work(room(supply_temperature="9 °C", heat_reuse=reuse), site=site(30.0))
    degc, heat_w = water(run)
    assert plant_w(run) == pytest.approx(compressors_w(0.6 * heat_w, degc, 30.0) + 3e3, rel=1e-6)


@pytest.mark.parametrize(("air", "carries_kw"), [(46.0, 122.6), (52.0, 112.9)])
def test_a_chiller_in_air_hotter_than_its_curves(air: float, carries_kw: float) -> None:
    """130 kW at 35 °C. Its curves end at 10 °C of water and 46.11 °C of air; beyond, a kilogram of
    refrigerant takes up 130 K less what its liquid brings, 18 K over what air lies above water. At
    46 °C it carries the hall's 119.9 kW, at 52 it does not, and racks slow down to what it does.
    """
    size = {"capacity": "130 kW"}
    run = at_work(room(overrides=size), site=site(air, 25.0))
    degc, heat_w = water(run)
    over_k = 130.0 - 18.0 + 10.0
    less = min((over_k - air) / (over_k - 46.11), 1.0)
    available = 130e3 * biquadratic(CGAM[0], 10.0, min(air, 46.11)) * less
    assert available == pytest.approx(carries_kw * 1e3, rel=1e-3)
    if air < 50:
        assert degc == pytest.approx(16.0 + heat_w / (130e3 / BAND_K), abs=1e-6)
    else:
        assert heat_w == pytest.approx(available, rel=1e-6)
        assert degc > 20.0


def test_pads_take_water_for_what_they_cool() -> None:
    """41 °C and a wet bulb of 21: pads of 75 % give 26 °C. The fans' speed by the heat, air of
    91 kW/K at full speed (11 K), 2.45 MJ/kg, a quarter more at five cycles.
    """
    layout = small_layout(4, 0)
    layout["cooling"]["plant"][0]["type"] = "dry_cooler_adiabatic_1000"
    run = at_work(layout, 72, site=site(41.0, 21.0))
    degc, heat_w = water(run, "warm")
    speed = (heat_w / (125e3 * (degc - 26.0))) ** (1 / 1.24)
    kg_s = 1e6 / 11 * speed * 15.0 / 2.45e6 * 1.25
    assert run.frame("site").water_kg.iloc[-1] / 300 == pytest.approx(kg_s, rel=2e-3)


def test_a_reset_by_weather_raises_the_water() -> None:
    """6 K between 20 and 0 °C outdoors, 4.5 at 5; the other is for low load, of which there is
    none.
    """
    cold = {"cold": "0 °C", "hot": "20 °C", "by": "6 K"}
    low = {"low": "20 %", "full": "80 %", "by": "3 K"}
    run = at_work(room(weather_reset=cold, load_reset=low), site=site(5.0))
    degc, heat_w = water(run)
    assert degc == pytest.approx(16 + 4.5 + heat_w / (CGAM_W / BAND_K), abs=1e-6)


def test_a_reset_by_load_stands_still_at_low_load() -> None:
    """29.2 of 119.9 kW: 3 K (0.8 - 0.244) / 0.6 over 16 °C, and 0.2 K of the band. It hunted from
    18.75 to 19.19 °C, between 11 and 45 kW.
    """
    idle_w = 4 * 5.94e3 + 2 * 1244.8 + 3e3
    share = idle_w / (4 * 28.6e3 + 2 * 1244.8 + 3e3)
    low = {"low": "20 %", "full": "80 %", "by": "3 K"}
    run = at_work(room(load_reset=low), workload=[], site=site(20.0))
    hours = run.frame("loops").query("loop == 'chilled' and time_s > 4 * 3600")
    by_hand = 16 + 3.0 * (0.8 - share) / 0.6 + idle_w / (CGAM_W / BAND_K)
    assert by_hand == pytest.approx(18.98, abs=0.005)
    assert hours.temperature_degc.to_numpy() == pytest.approx(by_hand, abs=1e-3)
    assert hours.heat_w.to_numpy() == pytest.approx(idle_w, rel=1e-3)


def test_variable_pumps_draw_the_cube_and_heat_the_water_by_it() -> None:
    """6 kW, no slower than 30 %: 162 W at idle racks of 5.94 kW, two handlers of 1.245 kW."""
    layout = room(variable_pumps="30 %", pump_power="6 kW")
    for work, racks_w, pump_w in (([busy(nodes=8)], 28.6e3, 6e3), ([], 5.94e3, 6e3 * 0.3**3)):
        _, heat_w = water(at_work(layout, workload=work))
        assert heat_w == pytest.approx(4 * racks_w + 2 * 1244.8 + pump_w, abs=2.0)


@pytest.mark.parametrize(("wet", "carried"), [(2.0, 1.0), (8.0, 0.94), (9.0, 0.707)])
def test_towers_ahead_of_a_chiller_take_the_share_that_they_reach(
    wet: float, carried: float
) -> None:
    """471 kW with a tower of 4 K approach at 25.55 °C, an exchanger of 2 K. Water comes back 3.6 K
    warmer than it goes; towers reach wet bulb + YorkCalc's approach + 2 K at full fans (5.0 kW).
    Where that is all of it, fans slow down to what holds the set-point.
    """
    free = {"type": "tower", "mode": "series"}
    layout = room(type="chiller_water_471", supply_temperature="12 °C", free_cooling=free)
    run = at_work(layout, site=site(wet + 3, wet))
    degc, heat_w = water(run)
    condenser_w_k = 0.01924 * WATER
    range_k = heat_w / condenser_w_k
    ratio = float(liquid_to_gas_for(4.0, 25.55, 471.2e3 * (1 + 1 / 5.89) / condenser_w_k))
    reached = wet + float(york_approach_k(wet, range_k, ratio)) + 2.0
    back = degc + heat_w / HANDLERS_W_K
    share = min((back - reached) / (back - degc), 1.0)
    assert share == pytest.approx(carried, abs=2e-3)
    fans = 9300 * 0.54
    if share == 1.0:
        fans *= (ratio / float(liquid_to_gas_for(degc - 2.0 - wet, wet, range_k))) ** 3
    rest_w = plant_w(run) - 3e3 - 9300 * 0.46 - fans
    by_curve_w = mcquay_w((1 - share) * heat_w, degc, reached - 2.0) if share < 1 else 0.0
    assert rest_w == pytest.approx(by_curve_w, rel=0.03, abs=15.0)


def mcquay_w(heat_w: float, leaving: float, entering: float) -> float:
    """A McQuay WSC 471 in condenser water colder than the 12.78 °C that its curves begin at, where
    power follows the lift and 30 K of films and friction.
    """
    row = catalogue.get(Chiller, "mcquay_wsc_471")
    available = 471.2e3 * biquadratic(row.capft, leaving, 12.78)
    part = heat_w / available
    least = max(part, row.unload_min_frac or 0.0, row.load_min_frac)
    load = row.eirplr[0] + row.eirplr[1] * least + row.eirplr[2] * least**2
    lift = (entering - leaving + 30.0) / (12.78 - leaving + 30.0)
    cycling = min(part / row.load_min_frac, 1.0)
    return available / 5.89 * biquadratic(row.eirft, leaving, 12.78) * load * cycling * lift


def test_racks_ride_through_a_lost_coolant_pump_as_long_as_by_hand() -> None:
    """One of two pumps: 4.84 of 8 L/s. Rack and plate (123 kJ/K), coolant of the loop (0.4 m³),
    facility water (8 m³) on a dry cooler's proportional band, films of the exchanger by the 0.8th
    power, of the plate by the -0.6th: in small steps until a GPU of 1,200 W is at its 89 °C.
    """
    layout = small_layout(4, 0)
    layout["cooling"]["plant"][0]["supply_temperature"] = "34 °C"
    scenario = asked(layout, workload=[busy(nodes=72)], site=site(20.0))
    found = twin.ride_through(twin.build(loaded(scenario)), ["cdu_pump_1"], 600.0)
    fails = faults((3600.0, "cdu_pump_1", 3600.0))
    run = ran(scenario | {"horizon": "2 h", "outputs": {"period": "10 s"}, "faults": fails})
    racks = run.frame("racks").query("rack == 'liquid_r1'").set_index("time_s")
    loops = run.frame("loops").pivot(index="time_s", columns="loop", values="temperature_degc")
    share = 0.55 * 8.8 / 8.0
    liquid_w = 132e3 * 0.8712
    stream = share * 2e-3 * COOLANT
    between = exchanger_w_k(4 * stream)
    slope = max(1.5 * 1e6 / 8, 1e6 / BAND_K)

    def rates(_: float, degc: np.ndarray) -> list[float]:
        rack, loop, plant = degc
        passed = between * (loop - plant)
        return [
            (liquid_w - stream * (rack - loop)) / 123e3,
            (4 * stream * (rack - loop) + 6e3 - passed) / (0.4 * COOLANT),
            (passed + 5e3 - slope * (plant - 34.0)) / (8 * WATER),
        ]

    begun = [racks.coolant_degc[3600.0], loops.cdu_loop[3600.0], loops.warm[3600.0]]
    hot = 89.0 - 1200 * 0.0216 * (0.6 + 0.4 * share**-0.6)
    reaches = lambda _, degc: degc[0] - hot  # noqa: E731
    reaches.terminal = True  # type: ignore[attr-defined]
    by_hand = solve_ivp(rates, (0, 600), begun, events=reaches, max_step=0.5, rtol=1e-9)
    for rack in found.racks:
        assert rack.throttled_after_s == pytest.approx(by_hand.t[-1], rel=0.01)
        assert rack.off_after_s is None


def exchanger_w_k(coolant_w_k: float) -> float:
    """Between the supplies of a unit of 600 kW at 4 K, 8.8 L/s on either side, at less coolant."""
    full, cold = 8.8e-3 * COOLANT, 8.8e-3 * WATER
    effect = 600e3 / (full * (4.0 + 600e3 / full))
    units = np.log((1 - effect * full / cold) / (1 - effect)) / (1 - full / cold)
    transfer = 2 * units * full / ((coolant_w_k / full) ** -0.8 + 1)
    left = np.exp(-transfer / coolant_w_k * (1 - coolant_w_k / cold))
    passed = coolant_w_k * (1 - left) / (1 - left * coolant_w_k / cold)
    return float(passed / (1 - passed / coolant_w_k))
