"""A common pipe together with free cooling and with a tank of cold water: by hand, from the file to
the water that a planner reads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, busy, faults, loaded, ran, site
from twin.physics.chiller import power_w
from twin.physics.coolant import control_slope_w_k, stream_w_k
from twin.physics.decoupler import mixed_degc
from twin.simulation import start

HOUR_S = 3600.0
WATER_J_M3_K = float(stream_w_k(1.0, "water"))
COOLERS = {"type": "dry_cooler_1000", "name": "free"}
TANK = {"volume": "4 m^3", "rise": "4 K", "discharge": "100 kW", "charge": "100 kW"}
FROST = {"antifreeze": "45 %"}
FROST_J_M3_K = WATER_J_M3_K * (0.9222 + 0.8853) / 2
"""Between 40 and 50 % glycol."""


def room(flow: str | None, count: int = 2, **keys: Any) -> dict[str, Any]:
    """Four racks in air on chillers with pumps of their own, and what stands beside them."""
    layout = small_layout(0, 4)
    layout["cooling"]["plant"] = [layout["cooling"]["plant"].pop() | {"count": count} | keys]
    if flow is not None:
        layout["cooling"]["plant"][0]["primary_flow"] = flow
    return layout


def free(mode: str, flow: str | None = "4 L/s") -> dict[str, Any]:
    return room(flow, 1, free_cooling=COOLERS | {"mode": mode}, **FROST)


def at_work(**changes: Any) -> dict[str, Any]:
    return {"workload": [busy(nodes=8)], "horizon": "8 h"} | changes


def plant_of(layout: dict[str, Any]) -> Any:
    return twin.build(loaded(asked(layout))).cooling.plants[0]


def water(run: twin.Result) -> Any:
    return run.frame("loops").query("loop == 'chilled'").set_index("time_s")


def closes(run: twin.Result) -> bool:
    return abs(float(run.summary["heat_balance_residual_frac"])) < 1e-9


def energy_w(run: twin.Result, kind: str) -> float:
    return float(run.frame("energy").set_index("target").energy_j[kind]) / (8 * HOUR_S)


@pytest.mark.parametrize(("mode", "air"), [("series", 17.0), ("parallel", 16.0)])
def test_coolers_meet_the_water_of_the_chillers(mode: str, air: float) -> None:
    """4 L/s through chiller and coolers, 7.9 through the house. By hand, from the house's water and
    heat alone: the tees give what leaves and enters the chillers' side; coolers there take
    G / (1 + G / P) (T_in - T_air) in series or G (T_out - T_air) in parallel at full fans, of which
    a watt of fan is worth four; the chiller draws for the rest what its curve says, but for the
    first hour of the eight, in which water and air still warm.
    """
    layout = free(mode)
    facility = twin.build(loaded(asked(layout)))
    plant = facility.cooling.plants[0]
    fans_w = float(facility.cooling.units.power_w[plant.free.units].sum())
    run = answer(layout, **at_work(site=site(air)))
    last = water(run).iloc[-1]
    heat = float(last.heat_w)
    primary = 0.004 * FROST_J_M3_K
    out_degc = float(last.temperature_degc) - heat * (1 / primary - 1 / plant.water_w_k)
    back_degc = float(last.temperature_degc) + heat / plant.water_w_k
    house, in_degc = mixed_degc(out_degc, back_degc, primary, plant.water_w_k)
    assert float(house) == pytest.approx(float(last.temperature_degc), abs=1e-9)
    assert primary * (float(in_degc) - out_degc) == pytest.approx(heat, rel=1e-9)
    coil = plant.free.conductance_w_k
    over_k = {"series": float(in_degc) - air, "parallel": out_degc - air}[mode]
    stream = {"series": primary, "parallel": np.inf}[mode]
    able = coil / (1 + coil / stream) * over_k
    slower = coil * min(able / (4 * fans_w), 1.0) ** (1.24 / (3 - 1.24))
    taken = min(slower / (1 + slower / stream) * over_k, heat)
    assert 0.1 * heat < taken < 0.95 * heat
    rest_w = float(power_w(plant.curve, heat - taken, out_degc, air))
    assert energy_w(run, "chiller") - plant.pump_w == pytest.approx(rest_w, rel=3e-2)
    assert closes(run)


@pytest.mark.parametrize("mode", ["series", "parallel"])
def test_enough_primary_flow_is_no_decoupler_for_coolers_beside(mode: str) -> None:
    """At the very flow of the house both sides are one: the same answer as without the key."""
    flow = f"{plant_of(free(mode, None)).water_w_k / FROST_J_M3_K!r} m^3/s"
    plain = answer(free(mode, None), **at_work(site=site(6.0)))
    same = answer(free(mode, flow), **at_work(site=site(6.0)))
    for key in ("pue", "energy_cooling_j"):
        assert same.summary[key] == pytest.approx(plain.summary[key], rel=1e-9)


def test_more_primary_flow_than_the_house_draws_costs_free_cooling() -> None:
    """Supply goes back through the common pipe, so coolers ahead of the chillers meet colder water:
    the known reason to set them on the house's side.
    """
    run = {f: answer(free("series", f), **at_work(site=site(16.5))) for f in ("8 L/s", "30 L/s")}
    chiller_w = {flow: energy_w(each, "chiller") for flow, each in run.items()}
    assert chiller_w["30 L/s"] > 1.05 * chiller_w["8 L/s"]


def test_towers_relieve_chillers_behind_a_common_pipe() -> None:
    keys = {"type": "chiller_water_1055", "free_cooling": {"type": "tower"}}
    runs = [answer(room("4 L/s", 1, **keys), **at_work(site=site(air))) for air in (-5.0, 28.0)]
    assert energy_w(runs[0], "chiller") < 0.6 * energy_w(runs[1], "chiller")
    assert all(closes(run) for run in runs)


def test_coolers_stand_where_no_pump_of_a_chiller_turns() -> None:
    lost = faults((4 * HOUR_S, "chilled", 3 * HOUR_S))
    piped = water(answer(free("series"), **at_work(site=site(-5.0), faults=lost)))
    plain = water(answer(free("series", None), **at_work(site=site(-5.0), faults=lost)))
    assert piped.heat_w.loc[5 * HOUR_S] == 0.0
    assert plain.heat_w.loc[5 * HOUR_S] > 50e3


def lost_chiller(tank: dict[str, Any] | None, flow: str = "4 L/s", **changes: Any) -> twin.Result:
    beside = {} if tank is None else {"cold_store": tank}
    lost = faults((4 * HOUR_S, "chilled_1", 2 * HOUR_S))
    period = {"outputs": {"period": "1 min"}}
    return answer(room(flow, **beside), **at_work(faults=lost, **period, **changes))


def test_a_tank_in_the_pipe_gives_cold_water_until_it_is_empty() -> None:
    """One chiller left: its pump moves 4 L/s and the house draws 7.9. The tank gives the rest for
    V usable / (S - P), and the house has water as cold as the chiller makes it; then its own return
    comes through, Q (1 / P - 1 / S) warmer.
    """
    plant = plant_of(room("4 L/s", cold_store=TANK))
    run = lost_chiller(TANK)
    events = run.frame("events")
    (gives,) = events[events.what == "cold store gives"].time_s
    (rests,) = events[events.what == "cold store rests"].time_s
    primary = 0.004 * WATER_J_M3_K
    lasts_s = 4.0 * 0.9 * WATER_J_M3_K / (plant.water_w_k - primary)
    assert gives == pytest.approx(4 * HOUR_S, abs=1.0)
    assert rests - gives == pytest.approx(lasts_s, rel=1e-9)
    seen = water(run)
    before, after = seen.loc[4 * HOUR_S + 780.0], seen.loc[5.8 * HOUR_S]
    both = control_slope_w_k(1, plant.capacity_w, plant.band_k)
    both += (plant.water_w_k - primary) * 4.0 / plant.band_k
    assert before.temperature_degc == pytest.approx(16.0 + before.heat_w / both, abs=5e-3)
    alone = control_slope_w_k(1, plant.capacity_w, plant.band_k)
    mixed = after.heat_w * (1 / primary - 1 / plant.water_w_k)
    assert after.temperature_degc == pytest.approx(16.0 + after.heat_w / alone + mixed, abs=5e-3)
    assert closes(run)


def test_what_the_tank_takes_is_spared_the_chiller() -> None:
    """Its share of the water, (S - P) / S, is its share of the heat."""
    plant = plant_of(room("4 L/s", cold_store=TANK))
    run = lost_chiller(TANK | {"volume": "200 m^3"})
    at_s = 5.5 * HOUR_S
    heat = float(water(run).heat_w.loc[at_s])
    behind = float(water(run).temperature_degc.loc[at_s])
    share = 0.004 * WATER_J_M3_K / plant.water_w_k
    drawn = run.frame("site").set_index("time_s").cooling_power_w.loc[at_s]
    handlers_w = energy_w(run, "crah")
    by_curve = float(power_w(plant.curve, share * heat, behind, 25.0))
    assert drawn - handlers_w == pytest.approx(by_curve + plant.pump_w, rel=2e-3)


def test_a_tank_fills_with_what_the_pumps_move_too_much() -> None:
    """8 L/s for each of two chillers, 7.97 for the house: 8.03 L/s go into a half-empty tank until
    it is full, and it never gives.
    """
    tank = TANK | {"volume": "30 m^3", "start": "50 %", "charge": "1 MW"}
    filled = lost_chiller(tank, "8 L/s", horizon="2 h", workload=[busy(nodes=8)])
    plain = lost_chiller(None, "8 L/s", horizon="2 h", workload=[busy(nodes=8)])
    plant = plant_of(room("8 L/s", cold_store=tank))
    surplus = 2 * 0.008 * WATER_J_M3_K - plant.water_w_k
    more_w = water(filled).heat_w - water(plain).heat_w
    assert more_w.loc[600.0] == pytest.approx(surplus * 4.0, rel=5e-3)
    lasts_s = 15.0 * 0.9 * WATER_J_M3_K / surplus
    assert more_w.loc[: lasts_s - 60.0].min() > 0.9 * surplus * 4.0
    assert abs(more_w.loc[lasts_s + 1200.0 :]).max() < 1e3
    assert closes(filled)
    assert "cold store gives" not in set(filled.frame("events").what)


def test_a_tank_that_filled_with_cool_return_gives_back_the_heat_it_took() -> None:
    """The house warms its water by 3.6 K where the tank's rise is 8: water closes by volume, and
    the chillers later take from the tank the heat that went in, not its rise.
    """
    tank = TANK | {"rise": "8 K", "volume": "40 m^3", "charge": "1 MW", "discharge": "1 MW"}
    lost = faults((1 * HOUR_S, "chilled_1", 1 * HOUR_S))
    layout = room("7 L/s", cold_store=tank)
    facility = twin.build(loaded(asked(layout, **at_work(faults=lost, horizon="4 h"))))
    run = start(facility)
    held = []
    for end_s in (1.0, 2.0, 4.0):
        tanks = run.until(end_s * HOUR_S)._loop.world.state.stores
        held.append((run.now_s, float(tanks.cold_j[0]), float(tanks.warm_j[0])))
    full_j = 40.0 * 8.0 * 0.9 * WATER_J_M3_K
    before, middle, after = held
    assert before[1:] == (pytest.approx(full_j), pytest.approx(0.0))
    moved = (plant_of(layout).water_w_k - 0.007 * WATER_J_M3_K) * 8.0 * (middle[0] - HOUR_S)
    assert full_j - middle[1] == pytest.approx(moved, rel=1e-9)
    assert middle[2] == pytest.approx(moved * 3.6 / 8.0, rel=0.05)
    assert after[1:] == (pytest.approx(full_j, rel=1e-6), pytest.approx(0.0, abs=1e-6 * full_j))
    assert closes(run.result())


def test_a_run_with_a_tank_in_the_pipe_stops_and_goes_on(tmp_path: Path) -> None:
    lost = faults((1 * HOUR_S, "chilled_1", 1 * HOUR_S))
    layout = room("4 L/s", cold_store=TANK, free_cooling=COOLERS, **FROST)
    facility = twin.build(loaded(asked(layout, **at_work(faults=lost, horizon="3 h"))))
    whole = start(facility).until().result()
    part = start(facility).until(1.1 * HOUR_S)
    later = twin.resume(part.save(tmp_path / "part.twin")).until().result()
    for table in ("events", "loops", "racks"):
        assert whole.frame(table).equals(later.frame(table))
    assert closes(whole)


def test_all_three_at_once_close_through_a_year_of_weather() -> None:
    layout = room("4 L/s", cold_store=TANK, free_cooling=COOLERS, **FROST)
    lost = faults((30 * HOUR_S, "chilled_1", 10 * HOUR_S))
    run = ran(asked(layout, site={"climate": "chicago", "grid": "virginia"}, horizon="72 h",
                    start="2026-04-10T00:00:00-06:00", workload=[], faults=lost))  # fmt: skip
    assert closes(run)


@pytest.mark.parametrize("side", ["house", "secondary"])
def test_coolers_on_the_houses_side_are_refused_with_what_stands_for_them(side: str) -> None:
    """And stand in series where no common pipe parts both sides: they meet the whole return."""
    with pytest.raises(twin.InputError, match="without a primary_flow, where both sides are one"):
        loaded(asked(free(side)))
    assert plant_of(free("series", None)).primary_w_k is None
