"""Claim: what a planner reads of fans, coolant, moist air, towers and pumps is what a mechanical
engineer works out on paper from the same layouts and data sheets.

Condensate of coils, humidifiers' water and tanks are worked out beside their features:
`tests/relations/test_moisture_in_a_run.py`, `test_humidifiers.py`, `test_plant_options.py`.
Properties by CoolProp 8, which is not asked here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

import twin
from tests.contracts.test_weather_files import epw, epw_line
from tests.planner import busy, site
from twin import catalogue
from twin.catalogue.rows import CoolingEquipment
from twin.physics.tower import Tower, leaving_degc

LAYOUTS = Path(__file__).parents[2] / "layouts"
SHORT = {"horizon": "20 min", "outputs": {"period": "5 min"}, "faults": {"timeline": []}}


def shipped(name: str, nodes: int, **changes: object) -> twin.Result:
    """A layout whose racks are at their rating, in still air of 15 °C."""
    plain = twin.load(LAYOUTS / f"{name}.yaml")
    asked = SHORT | {"site": site(15.0, 10.0), "workload": [busy(nodes=nodes)]} | changes
    return twin.simulate(twin.build(plain.with_(**asked)))


@pytest.mark.parametrize("count", [6, 7, 8])
def test_fans_follow_the_cube_of_the_flow(count: int) -> None:
    """Sixteen racks of 1.464 m³/s and four of 0.8596; handlers of 6.996 m³/s and 7.5 kW with a
    drive that takes a tenth standing. Six of them turn at 64 %, 2.52 kW each.
    """
    run = shipped("superpod_b200", 32, layout__cooling__air__crah__count=count)
    speed = (16 * 1.464 + 4 * 0.8596) / (count * 6.99631043)
    by_hand_w = count * 7500 * (0.1 + 0.9 * speed**3)
    drawn_j = run.frame("energy").set_index("target").energy_j["crah"]
    assert drawn_j / 1200 == pytest.approx(by_hand_w, rel=1e-4)


def test_coolant_rises_by_heat_over_its_flow() -> None:
    """Racks of 132 kW, 87.12 % of it in coolant, 2 L/s each of propylene glycol, 25 % by volume:
    1,004.2 kg/m³ and 3,993 J/(kg K) at 52 °C. 14.34 K.
    """
    run = shipped("gb200_su", 144)
    racks, loops = (run.frame(name) for name in ("racks", "loops"))
    at_end = racks[(racks.time_s == 1200.0) & racks.rack.str.startswith("compute")]
    supply = loops[(loops.time_s == 1200.0) & (loops.kind == "liquid")].temperature_degc.mean()
    rise_k = 132e3 * 0.8712 / (2e-3 * 4_009_937.0)
    assert at_end.coolant_degc.mean() - supply == pytest.approx(rise_k, rel=0.005)


@pytest.mark.parametrize(
    ("dry", "rh", "wet", "at_sea"),
    [(35.0, 20, 17.84, 18.86), (25.0, 50, 17.42, 17.88), (15.0, 40, 7.88, 8.47)],
)
def test_wet_bulb_in_denver(tmp_path: Path, dry: float, rh: int, wet: float, at_sea: float) -> None:
    """83,431 Pa at 1,609 m, where water evaporates more easily: humid-air properties by CoolProp
    (thermodynamic wet bulb), up to 1 K below that at sea level.
    """
    for pa, said in ((83_431, wet), (101_325, at_sea)):
        path = tmp_path / f"{pa}.epw"
        lines = [epw_line(7, day, h, dry, rh, pa) for day in (15, 16) for h in range(1, 25)]
        path.write_text(epw(lines))
        where = {"climate": {"file": str(path)}, "grid": "virginia"}
        weather = shipped("edge_200kw", 1, site=where, start="2026-07-15T06:00:00+01:00")
        assert weather.frame("site").wet_bulb_degc.iloc[-1] == pytest.approx(said, abs=0.05)


def saturated_j_kg(degc: np.ndarray | float) -> np.ndarray:
    """Enthalpy of saturated air at sea level, Magnus for the vapour."""
    vapour_pa = 611.2 * np.exp(17.62 * degc / (243.12 + degc))
    ratio = 0.62198 * vapour_pa / (101_325 - vapour_pa)
    return np.asarray(1006 * degc + ratio * (2.501e6 + 1860 * degc))


def merkel_ntu(tower: Tower, heat_w: float, wet_degc: float, leaving: float) -> float:
    """KaV/L: c dT over the enthalpy that saturated air at the water has above the air."""

    def per_k(degc: float) -> float:
        air = saturated_j_kg(wet_degc) + tower.water_w_k * (degc - leaving) / tower.air_kg_s
        return float(4182.0 / (saturated_j_kg(degc) - air))

    return float(quad(per_k, leaving, leaving + heat_w / tower.water_w_k)[0])


def merkel_degc(tower: Tower, heat_w: float, wet_degc: float) -> float:
    """Leaving water whose KaV/L is that of the design point, full fans and design flows."""
    design = merkel_ntu(tower, tower.heat_w, tower.wet_bulb_degc, tower.wet_bulb_degc + 4.0)

    def short(leaving: float) -> float:
        """Above 0 for water too cold; air that comes to hold what the water does asks for ever."""
        warmer = np.linspace(0.0, heat_w / tower.water_w_k, 41)
        air = saturated_j_kg(wet_degc) + tower.water_w_k * warmer / tower.air_kg_s
        if np.any(saturated_j_kg(leaving + warmer) <= air + 1.0):
            return 1e3
        return merkel_ntu(tower, heat_w, wet_degc, leaving) - design

    return float(brentq(short, wet_degc + 0.02, wet_degc + 30.0))


@pytest.mark.parametrize(
    ("wet", "within_k"), [(25.55, 0.2), (20.0, 0.45), (12.0, 1.05), (5.0, 1.6)]
)
def test_towers_at_part_load_against_merkel(wet: float, within_k: float) -> None:
    """YorkCalc against Merkel's integral with the transfer of the design point: the same in warm
    air, up to 1.5 K colder at full load in cold air. Two published models; which of them a maker's
    tower follows, its curves say.
    """
    plain = twin.load(LAYOUTS / "superpod_b200.yaml")
    layout = plain.plan.model_dump(mode="json")
    layout["cooling"]["plant"][0]["type"] = "chiller_water_471"
    tower = twin.build(plain.with_(layout=layout)).cooling.plants[0].tower
    assert tower is not None
    for part in (1.0, 0.75, 0.5, 0.25):
        heat_w = part * tower.heat_w
        over_k = merkel_degc(tower, heat_w, wet) - float(leaving_degc(tower, heat_w, wet, 1.0, 1.0))
        assert -0.2 < over_k < within_k


@pytest.mark.parametrize("name", ["chiller_water_471", "chiller_water_1055"])
def test_condenser_pumps_have_a_usual_head(name: str) -> None:
    """Power that tower fans leave, at 70 % of wire to water: 15 to 17 m, and less than the 301 W
    for a litre a second (19 W/gpm) of the baseline in ASHRAE 90.1, appendix G.
    """
    row = catalogue.get(CoolingEquipment, name)
    pump_w = row.power_rated_w * (1 - row.tower_fan_frac)
    head_m = 0.7 * pump_w / (998 * 9.81 * row.primary_flow_m3_s)
    assert 15 < head_m < 17
    assert pump_w / (1e3 * row.primary_flow_m3_s) < 301


def cooler_w(unit: CoolingEquipment, speed: float, entering_degc: float, air_degc: float) -> float:
    """Heat of a dry cooler at a fan speed: effectiveness of a counter-flow exchanger whose UA at
    full fans meets the row's rated point (8 K, 8 K of water, 11 K of air), air film as flow^0.7.
    """
    water = unit.flow_m3_s * 4.1467e6
    rise, full_air = unit.capacity_w / water, unit.capacity_w / 11.0

    def heat_w(transfer: float, air: float, span_k: float) -> float:
        small, large = sorted((water, air))
        less = np.exp(-transfer / small * (1 - small / large))
        return float(small * span_k * (1 - less) / (1 - small / large * less))

    span_k = unit.approach_k + rise
    full = brentq(lambda ua: heat_w(ua, full_air, span_k) - unit.capacity_w, 1e3, 1e7)
    return heat_w(full * speed**0.7, full_air * speed, entering_degc - air_degc)


@pytest.mark.parametrize(("count", "air"), [(1, 34.0), (1, 20.0), (2, 35.0), (3, 34.0), (3, 10.0)])
def test_fans_of_dry_coolers_against_their_exchanger(count: int, air: float) -> None:
    """From water, heat and air that a planner reads: the speed at which the exchanger passes that
    heat with its water leaving as warm as it does, and the cube of it. At half speed a cooler
    passes 42 %, not 62 as its film alone would say: slower air warms the more.
    """
    keys = {"layout__cooling__plant__warm_water__count": count, "horizon": "8 h"}
    run = shipped("gb200_su", 144, site=site(air, air - 8.0), **keys)
    row = catalogue.get(CoolingEquipment, "dry_cooler_1000")
    loops = run.frame("loops")
    loop = loops[loops.loop == "warm_water"].iloc[-1]
    each_w = float(loop.heat_w) / count
    leaving = float(loop.temperature_degc)
    entering = leaving + each_w / (row.flow_m3_s * 4.1467e6)
    speed = brentq(lambda n: cooler_w(row, n, entering, air) - each_w, 0.01, 1.2)
    by_hand_w = count * row.power_rated_w * (0.05 + 0.95 * speed**3)
    drawn_w = run.frame("energy").set_index("target").energy_j["dry_cooler"] / 28_800 - 15e3
    assert drawn_w == pytest.approx(by_hand_w, rel=0.05)


def test_hours_without_compressors_are_those_cold_enough() -> None:
    """Chicago, 209.1 kW and one cooler of 125 kW/K that makes supply water beside the chiller: its
    control gives 1 MW over 3 K, so water stands at 10.63 °C, and air must be 1.67 K colder. The
    hours of the year that are, counted; where air is warmer than the water nothing is saved.
    """
    plain = twin.load(LAYOUTS / "edge_200kw.yaml")
    layout = plain.plan.model_dump(mode="json")
    cooler = {"type": "dry_cooler_1000", "name": "free", "mode": "parallel"}
    layout["cooling"]["plant"][0] |= {"antifreeze": "40 %", "free_cooling": cooler}
    year = twin.climate(plain.with_(layout=layout), "chicago")
    hours = year.frame()
    heat_kw = 209.083
    water = 10.0 + heat_kw / (1000 / 3)
    cold = hours.dry_bulb_degc <= water - heat_kw / 125
    told = year.modes()["chilled_water"]
    assert sum(told["free"]) == pytest.approx(int(cold.sum()), abs=1)
    assert sum(told["free"]) > 4000
    assert sum(told["mechanical"]) >= int((hours.dry_bulb_degc >= water).sum())
    assert ((hours.mechanical_frac == 0.0) != cold).sum() <= 1
