"""Claim: compressors rest where outdoor air carries the heat, and a planner is told of the cold."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, busy, job, loaded, number, site
from twin.physics.chiller import available_w
from twin.physics.tower import leaving_degc

CASE = Path(__file__).parents[3] / "shared/cases/05_winter_cooling"
WORK = {"workload": [job(nodes=6)], "horizon": "3 h"}


def room(kind: str = "chiller_air_430", **free: Any) -> dict[str, Any]:
    """Three racks in air on a chiller, with free cooling beside it."""
    layout = small_layout(0, 3)
    chilled = layout["cooling"]["plant"].pop()
    layout["cooling"]["plant"] = [chilled]
    chilled |= {"type": kind, "supply_temperature": "10 °C", "antifreeze": "45 %"}
    if free:
        chilled["free_cooling"] = free
    return layout


def dry(mode: str = "series", count: int = 1) -> dict[str, Any]:
    return room(type="dry_cooler_1000", name="free", mode=mode, count=count)


def mean_w(run: twin.Result, kind: str) -> float:
    """Power of a kind of unit after the first hour."""
    found = run.frame("energy").set_index("target").energy_j
    return float(found.get(kind, 0.0)) / 10_800


def compressors_w(run: twin.Result) -> float:
    """Chillers without their share of the water pumps."""
    return mean_w(run, "chiller") - 3e3


@pytest.mark.parametrize("mode", ["series", "parallel"])
def test_in_frost_compressors_stand_still_and_fans_turn_at_their_floor(mode: str) -> None:
    run = answer(dry(mode), site=site(-20.0, -21.0), **WORK)
    assert compressors_w(run) == pytest.approx(0.0, abs=1.0)
    assert 0 < mean_w(run, "dry_cooler") < 1.3e3


def test_heat_taken_is_the_same_with_and_without() -> None:
    """A different machine takes it; the room does not notice."""
    plain = answer(room(), site=site(-20.0, -21.0), **WORK)
    free = answer(dry(), site=site(-20.0, -21.0), **WORK)
    heat = [run.frame("site").heat_rejected_w.iloc[-1] for run in (plain, free)]
    assert heat[1] == pytest.approx(heat[0], rel=1e-3)
    assert number(free, "pue") < number(plain, "pue") - 0.1


def test_in_series_the_coolers_relieve_chillers_in_air_warmer_than_the_supply() -> None:
    """Air of 11 °C below the return and above the supply of 10 °C: nothing to do in parallel."""
    weather = {"site": site(11.0, 8.0), **WORK}
    plain = compressors_w(answer(room(), **weather))
    series = compressors_w(answer(dry("series"), **weather))
    parallel = compressors_w(answer(dry("parallel"), **weather))
    assert series < 0.9 * plain
    assert parallel > 0.9 * plain


@pytest.mark.parametrize("mode", ["series", "parallel"])
def test_in_summer_nothing_changes(mode: str) -> None:
    """But for the band over which both are regulated: its water stands a fifth of a kelvin nearer
    the set-point, and colder water costs compressors half a per cent.
    """
    weather = {"site": site(32.0), **WORK}
    plain = number(answer(room(), **weather), "energy_cooling_j")
    assert number(answer(dry(mode), **weather), "energy_cooling_j") == pytest.approx(
        plain, rel=1e-2
    )


@pytest.mark.parametrize(("mode", "by_hand"), [("parallel", 24.751), ("series", 23.048)])
@pytest.mark.parametrize("lost", [(1, 2), (1,)])
def test_coolers_help_chillers_that_fall_short_in_air_warmer_than_the_set_point(
    mode: str, by_hand: float, lost: tuple[int, ...]
) -> None:
    """Water of 16 °C, air of 24 °C, chillers short of 178.3 kW. What is left of them stays at its
    84.5 kW each while water rises; where what coolers meet is warmer than the air they take the
    rest: Q = Q_c + G (T - T_air) beside the chillers, Q = Q_c + G (T + Q_c / C - T_air) ahead of
    them, at full fans. They stood still before, and the water rose until racks turned off.
    """
    layout = small_layout(0, 6)
    plant = layout["cooling"]["plant"].pop() | {"type": "chiller_air_69", "count": 3}
    layout["cooling"]["plant"] = [
        plant | {"free_cooling": {"type": "dry_cooler_1000", "name": "free", "mode": mode}}
    ]
    layout["cooling"]["air"][0]["count"] = 3
    away = [{"at": "2 h", "component": f"chilled_{k}"} for k in lost]
    asks = {"workload": [busy(nodes=12)], "horizon": f"{16 // len(lost)} h", "site": site(24.0)}
    run = answer(layout, **asks, faults={"timeline": away})
    last = run.frame("loops").query("loop == 'chilled'").iloc[-1]
    chillers_w = (3 - len(lost)) * 84.484e3
    ahead_k = chillers_w / 49.602e3 if mode == "series" else 0.0
    expected = 24.0 - ahead_k + (float(last.heat_w) - chillers_w) / 125e3
    assert last.heat_w == pytest.approx(178.334e3, rel=1e-5)
    assert last.temperature_degc == pytest.approx(expected, abs=1e-3)
    assert len(lost) == 1 or expected == pytest.approx(by_hand, abs=1e-3)
    assert abs(run.summary["heat_balance_residual_frac"]) < 1e-9
    assert "rack off" not in set(run.frame("events").what)


@pytest.mark.parametrize(("air", "wet"), [(24.0, 17.0), (35.0, 26.0), (5.0, 2.0)])
def test_an_exchanger_to_the_towers_helps_chillers_that_fall_short(air: float, wet: float) -> None:
    """One of two chillers for 704 kW: the exchanger cools the return to what its tower makes of
    all the heat, the chiller takes its capacity from there on, so water stands at T_tower(Q) + 2 K
    - Q_c / C. By a chord of the tower's curve within 0.4 K. In the cold the exchanger leaves the
    chiller less, and water stands in its band of 157 kW/K. The water rose without end before.
    """
    layout = small_layout(0, 24)
    layout["halls"][0]["size"] = ["40 m", "9 m", "4 m"]
    for group in layout["power"][3:5]:
        group["count"] = 6
    layout["cooling"]["air"][0]["count"] = 12
    plant = layout["cooling"]["plant"].pop() | {"type": "chiller_water_471", "count": 2}
    layout["cooling"]["plant"] = [plant | {"free_cooling": {"type": "tower"}}]
    away = {"timeline": [{"at": "2 h", "component": "chilled_1"}]}
    asks = {"workload": [busy(nodes=48)], "horizon": "8 h", "site": site(air, wet)}
    scenario = asked(layout, **asks, faults=away)
    made = twin.build(loaded(scenario)).cooling.plants[0]
    run = answer(layout, **asks, faults=away)
    last = run.frame("loops").query("loop == 'chilled'").iloc[-1]
    assert made.tower is not None
    assert made.curve is not None
    alone = float(available_w(made.curve, 16.0, made.condenser_set_degc(wet)))
    tower = float(leaving_degc(made.tower, float(last.heat_w), wet)) + 2.0
    band_w_k = made.curve.capacity_w / made.band_k
    by_hand = max(tower - alone / made.water_w_k, 16.0 + float(last.heat_w) / band_w_k)
    assert float(last.heat_w) > 1.1 * alone
    assert last.temperature_degc == pytest.approx(by_hand, abs=0.4)
    assert abs(run.summary["heat_balance_residual_frac"]) < 1e-9


def test_colder_air_never_costs_more() -> None:
    pue = [
        number(answer(dry(), site=site(air, air - 1), **WORK), "pue")
        for air in (-25.0, -10.0, 0.0, 5.0, 8.0, 12.0, 20.0)
    ]
    assert pue == sorted(pue)


def test_towers_through_an_exchanger_stop_the_compressors_in_dry_winter_air() -> None:
    tower = room("chiller_water_471", type="tower", exchanger_approach="2 K")
    cold = {"site": site(-5.0, -6.0), **WORK}
    plain = answer(room("chiller_water_471"), **cold)
    free = answer(tower, **cold)
    assert mean_w(free, "chiller") < 0.7 * mean_w(plain, "chiller")
    warm = {"site": site(28.0, 22.0), **WORK}
    assert number(answer(tower, **warm), "energy_cooling_j") == pytest.approx(
        number(answer(room("chiller_water_471"), **warm), "energy_cooling_j")
    )


def test_towers_take_water_and_less_of_it_in_the_cold() -> None:
    water = [
        float(answer(room("chiller_water_471"), site=site(air, wet), **WORK).frame("site")
              .water_kg.sum())
        for air, wet in ((0.0, -1.0), (28.0, 20.0))
    ]  # fmt: skip
    assert 0 < water[0] < 0.75 * water[1]


def test_fewer_cycles_blow_down_more() -> None:
    few = room("chiller_water_471")
    few["cooling"]["plant"][0]["cycles"] = 2
    water = [
        float(answer(layout, site=site(28.0, 20.0), **WORK).frame("site").water_kg.sum())
        for layout in (room("chiller_water_471"), few)
    ]
    assert water[1] == pytest.approx(water[0] * 2.0 / 1.25, rel=1e-3)


@pytest.mark.parametrize(
    ("kind", "free", "text"),
    [
        ("chiller_air_430", {"type": "tower"}, "water-cooled chillers"),
        ("dry_cooler_1000", {"type": "dry_cooler_1000"}, "a plant of chillers"),
        ("chiller_air_430", {"type": "dry_cooler_100"}, "dry_cooler_1000"),
        ("chiller_water_471", {"type": "tower", "exchanger_approach": "-1 K"}, "0.2 to 20 K"),
    ],
)
def test_what_cannot_be_is_refused_by_name(kind: str, free: dict[str, Any], text: str) -> None:
    with pytest.raises(twin.InputError, match=text):
        twin.build(loaded(asked(room(kind, **free))))


def water_degc(run: twin.Result) -> float:
    loops = run.frame("loops")
    return float(loops[loops.loop == "chilled"].temperature_degc.iloc[-1])


RESET = {"cold": "0 °C", "hot": "20 °C", "by": "6 K"}


@pytest.mark.parametrize(("air", "raised_k"), [(-5.0, 6.0), (10.0, 3.0), (25.0, 0.0)])
def test_water_is_warmer_in_cold_weather_where_that_is_asked(air: float, raised_k: float) -> None:
    layout = room()
    weather = {"site": site(air, air - 2), **WORK}
    plain = water_degc(answer(layout, **weather))
    layout["cooling"]["plant"][0]["weather_reset"] = RESET
    assert water_degc(answer(layout, **weather)) - plain == pytest.approx(raised_k, abs=1e-4)


def test_warmer_water_lets_compressors_rest_more() -> None:
    mild = {"site": site(9.0, 6.0), **WORK}
    fixed = dry()
    raised = dry()
    raised["cooling"]["plant"][0]["weather_reset"] = RESET
    pue = [number(answer(layout, **mild), "pue") for layout in (fixed, raised)]
    assert pue[1] < pue[0]


def test_a_reset_that_ends_before_it_begins_is_refused() -> None:
    layout = room()
    layout["cooling"]["plant"][0]["weather_reset"] = {"cold": "20 °C", "hot": "5 °C", "by": "3 K"}
    with pytest.raises(twin.InputError, match="hot above cold"):
        loaded(asked(layout))


@pytest.mark.parametrize("approach", ["-2 K", "-0.1 K"])
def test_an_approach_below_zero_is_refused_by_name(approach: str) -> None:
    layout = small_layout(2, 0)
    layout["cooling"]["loops"][0]["overrides"] = {"approach": approach}
    with pytest.raises(twin.InputError, match="approach"):
        loaded(asked(layout))


@pytest.mark.parametrize("key", ["supply_temperature", "condenser_temperature"])
def test_a_set_point_of_minus_sixty_is_refused(key: str) -> None:
    layout = room("chiller_water_471")
    layout["cooling"]["plant"][0][key] = "-60 °C"
    with pytest.raises(twin.InputError, match=key):
        loaded(asked(layout))


def codes(layout: dict[str, Any], **changes: Any) -> dict[str, str]:
    found = twin.check(loaded(asked(layout, **changes)))["findings"]
    return {row["code"]: row["says"] for row in found}


def test_cold_inlets_frost_and_curves_are_told() -> None:
    layout = dry()
    layout["cooling"]["plant"][0] |= {"antifreeze": "0 %"}
    found = codes(layout, site=site(-20.0, -21.0))
    assert "class A1 allows 15 °C" in found["air_too_cold"]
    assert "freezes at 0.0 °C" in found["water_may_freeze"]
    warm = codes(small_layout(1, 3), site=site(20.0))
    assert "6.0 K warmer" in warm["chiller_outside_curve"]
    assert "by the lift, 17 % less" in warm["chiller_outside_curve"]
    assert "water_may_freeze" not in codes(dry(), site=site(-20.0, -21.0))


def test_coolant_below_the_dew_point_is_told() -> None:
    layout = small_layout(2, 0)
    layout["cooling"]["plant"][0]["supply_temperature"] = "24 °C"
    assert "dew point of up to" in codes(layout, site=site(32.0, 27.0))["condensation"]
    assert "condensation" not in codes(layout, site=site(32.0, 18.0))


@pytest.mark.skipif(not CASE.exists(), reason="the case of the winter room is not here")
def test_the_winter_room_with_a_free_cooler(tmp_path: Path) -> None:
    """Compressors 0 and PUE 1.097 at most, at -20 °C; 1.239 with chillers alone."""
    for path in CASE.glob("*.yaml"):
        shutil.copyfile(path, tmp_path / path.name)
    mini = (tmp_path / "mini.yaml").read_text(encoding="utf-8")
    asks = mini.replace("pump_power: 4 kW}", "pump_power: 4 kW, antifreeze: 40 %, "
                        "free_cooling: {type: dry_cooler_1000, name: free}}")  # fmt: skip
    (tmp_path / "mini.yaml").write_text(asks, encoding="utf-8")
    work = busy(nodes=8) | {"gpu_activity": 0.93, "cpu_activity": 0.93}
    run = twin.run(twin.load(tmp_path / "winter.yaml").with_(workload=[work]))
    assert number(run, "power_it_mean_w") == pytest.approx(121.6e3, rel=0.03), "the case's load"
    assert number(run, "pue") <= 1.097
    chiller_w = run.frame("energy").set_index("target").energy_j["chiller"] / 21_600
    assert chiller_w == pytest.approx(4e3, rel=1e-6), "the water pumps alone"
    found = {row["code"] for row in twin.check(tmp_path / "winter.yaml")["findings"]}
    assert "air_too_cold" in found
