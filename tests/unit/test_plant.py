"""The plant: straight pieces that join, units that stop and start again, flows that follow the
pumps.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from conftest import failing, lived, small, small_layout, training
from runs import finished

import twin
from twin.facility.model import Plant
from twin.simulation.cooling.segments import Segment, segment_rows

WEATHER = ((45.0, 22.0), (41.8, 20.0), (38.0, 24.0), (30.0, 20.0), (10.0, 8.0), (-5.0, -6.0))
"""Dry and wet bulb, degC."""
KINDS = ("dry_cooler_1000", "dry_cooler_adiabatic_1000", "chiller_air_430", "chiller_water_1055")


def segments(plant: Plant, running: float, *asked: float) -> list[Segment]:
    """The segments of a plant with `running` units, from cold water to hot; those without any
    width left out.
    """
    found = [Segment(*row) for row in segment_rows(plant, running, *asked).tolist()]
    return [one for one in found if one.upper_degc > one.lower_degc] if running else found[:1]


def plant_of(kind: str) -> Plant:
    """The first plant of the small facility, of another type."""
    layout = small_layout(liquid=1, air=0)
    layout["cooling"]["plant"][0] |= {"type": kind, "count": 3}
    return twin.build(small(layout)).cooling.plants[0]


@pytest.mark.parametrize("weather", WEATHER, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_heat_is_continuous_rising_and_defined_everywhere(
    kind: str, weather: tuple[float, float]
) -> None:
    plant = plant_of(kind)
    for running in (1, 2, 3):
        chain = segments(plant, running, plant.supply_degc, *weather)
        assert chain[0].lower_degc == -np.inf
        assert chain[-1].upper_degc == np.inf
        assert chain[0].heat_w(-50.0) == 0.0
        for cold, warm in pairwise(chain):
            joint = cold.upper_degc
            assert warm.lower_degc == joint
            assert warm.heat_w(joint) == pytest.approx(cold.heat_w(joint), abs=1e-3)
        assert all(piece.conductance_w_k >= 0 for piece in chain)


@pytest.mark.parametrize("air", [9.0, 15.9, 16.0, 17.0, 19.5, 24.0, 32.0])
@pytest.mark.parametrize("mode", ["series", "parallel"])
def test_coolers_beside_chillers_join_where_water_is_warmer_than_air(mode: str, air: float) -> None:
    """Whatever runs, heat is continuous, never falls with the water, and in warm water is that of
    the chillers and of coolers at full fans.
    """
    layout = small_layout(liquid=0, air=3)
    free = {"type": "dry_cooler_1000", "count": 2, "mode": mode}
    layout["cooling"]["plant"][1] |= {"count": 2, "free_cooling": free}
    plant = twin.build(small(layout)).cooling.plants[1]
    assert plant.free is not None
    for running, coolers in ((2, 2), (1, 2), (2, 1), (0.4, 2)):
        asked = (plant.supply_degc, air, air - 5.0, coolers)
        chain = segments(plant, running, *asked)
        for cold, warm in pairwise(chain):
            joint = cold.upper_degc
            assert warm.heat_w(joint) == pytest.approx(cold.heat_w(joint), abs=1e-3)
        most = segments(plant, running, plant.supply_degc, air, air - 5.0)[-1].constant_w
        ahead_k = most / plant.water_w_k if mode == "series" else 0.0
        takes = coolers * plant.free.conductance_w_k * (60.0 + ahead_k - air)
        assert chain[-1].heat_w(60.0) == pytest.approx(most + takes, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_heat_grows_with_the_units_that_run_and_is_nothing_without_any(kind: str) -> None:
    plant = plant_of(kind)
    heat = [
        list(segments(plant, n, plant.supply_degc, 30.0, 20.0))[-1].heat_w(plant.supply_degc + 8)
        for n in range(4)
    ]
    assert heat[0] == 0.0
    np.testing.assert_allclose(heat[2:], [2 * heat[1], 3 * heat[1]])


def test_a_dry_cooler_takes_nothing_into_air_warmer_than_its_water() -> None:
    plant = plant_of("dry_cooler_1000")
    chain = segments(plant, 2, 41.8, 45.0, 25.0)
    for water in (30.0, 42.0, 44.9):
        assert next(p for p in chain if water < p.upper_degc).heat_w(water) == 0.0


def test_a_dry_cooler_flat_out_obeys_its_conductance_to_the_outdoor_air() -> None:
    plant = plant_of("dry_cooler_1000")
    assert segments(plant, 2, 41.8, 35.0, 25.0)[-1].heat_w(60.0) == pytest.approx(
        2 * plant.conductance_w_k * 25.0
    )


def test_wetted_pads_bring_the_air_towards_its_wet_bulb() -> None:
    plant = plant_of("dry_cooler_adiabatic_1000")
    assert segments(plant, 1, 25.0, 40.0, 20.0)[-1].reference_degc == pytest.approx(
        40.0 - 0.75 * 20.0
    )


def test_a_chiller_that_lost_power_runs_again_after_its_restart_time() -> None:
    run = finished(small(faults=failing((600.0, "chilled", 60.0))))
    assert run.times("chilled", "stopped") == [600.0]
    assert run.times("chilled", "running") == [600.0 + 60.0 + 300.0]


def test_a_second_loss_during_the_restart_starts_it_anew() -> None:
    run = finished(small(faults=failing((600.0, "chilled", 60.0), (800.0, "chilled", 60.0))))
    assert run.times("chilled", "running") == [860.0 + 300.0]


def test_stopped_units_draw_no_power_but_their_water_pumps_run_on() -> None:
    run = lived(
        small(
            small_layout(liquid=1, air=1),
            faults=failing(
                (600.0, "chilled", 600.0),
                (600.0, "warm", 600.0),
                (600.0, "crah_1", 600.0),
                (600.0, "crah_2", 600.0),
                (600.0, "cdu", 600.0),
            ),
        )
    )
    assert run.tables["site"].set_index("time_s")["cooling_power_w"].loc[900.0] == 8000.0


def pumped(*faults: tuple[float, str, float], **layout: Any) -> twin.Result:
    return lived(
        small(
            small_layout(liquid=4, air=1) | layout,
            faults=failing(*faults),
            outputs={"period": "10 s"},
        )
    )


def flow_at(run: twin.Result, time_s: float) -> float:
    loops = run.tables["loops"].query("kind == 'liquid'").set_index("time_s")
    return float(loops["flow_frac"].loc[time_s])


def test_one_of_two_pumps_alone_leaves_its_share_of_the_flow_and_half_the_power() -> None:
    run = pumped((600.0, "cdu_pump_1", 600.0))
    assert flow_at(run, 590.0) == 1.0
    assert flow_at(run, 610.0) == pytest.approx(0.55 * 0.0088 / (4 * 0.002))
    assert flow_at(run, 1300.0) == 1.0
    power = run.tables["site"].set_index("time_s")["cooling_power_w"]
    assert power.loc[590.0] - power.loc[610.0] == pytest.approx(3000.0, abs=1.0)


def test_a_whole_coolant_unit_lost_stops_the_flow_for_its_restart_too() -> None:
    run = pumped((600.0, "cdu", 600.0))
    assert flow_at(run, 610.0) == 0.0
    assert flow_at(run, 1220.0) == 0.0
    assert flow_at(run, 1240.0) == 1.0


def test_both_pumps_lost_stop_the_flow() -> None:
    run = pumped((600.0, "cdu_pump_1", 600.0), (700.0, "cdu_pump_2", 100.0))
    assert flow_at(run, 710.0) == 0.0
    assert 0.5 < flow_at(run, 810.0) < 1.0


def test_a_hall_that_loses_an_air_handler_gets_warmer() -> None:
    faults = failing((600.0, "crah_1", 2400.0))
    scenario = small(small_layout(liquid=4, air=4), workload=[training("l", 72), training("a", 8)])
    plain = lived(scenario)
    lost = lived(scenario.with_(faults=faults))
    room = [
        r.tables["loops"].query("loop == 'hall'").set_index("time_s")["temperature_degc"]
        for r in (plain, lost)
    ]
    assert room[1].loc[600.0] == pytest.approx(room[0].loc[600.0])
    assert room[1].loc[3000.0] > room[0].loc[3000.0] + 1.0


def test_a_lower_set_point_brings_the_water_into_the_new_band_at_the_price_of_fan_power() -> None:
    actions = [
        {"kind": "facility_water_supply", "at": "1200 s", "plant": "warm", "temperature": "36 °C"}
    ]
    run = lived(small(workload=[training(nodes=72)], controls={"actions": actions}, horizon="4 h"))
    loop = run.tables["loops"].query("loop == 'warm'").set_index("time_s")["temperature_degc"]
    assert 41.8 < loop.loc[1200.0] < 44.8
    assert 36.0 < loop.iloc[-1] < 39.0
    cooling = run.tables["site"].set_index("time_s")["cooling_power_w"]
    assert cooling.iloc[-1] > cooling.loc[1200.0] + 20.0


def test_a_new_set_point_counts_from_its_second_and_not_from_the_next_scan() -> None:
    actions = [
        {"kind": "facility_water_supply", "at": "1210 s", "plant": "warm", "temperature": "36 °C"}
    ]
    run = lived(
        small(
            workload=[training(nodes=72)], controls={"actions": actions}, outputs={"period": "10 s"}
        )
    )
    loop = run.tables["loops"].query("loop == 'warm'").set_index("time_s")
    assert loop["heat_w"].loc[1220.0] > loop["heat_w"].loc[1210.0] + 10e3


def test_a_plant_without_heat_moves_no_fan_in_any_period() -> None:
    layout = small_layout()
    spare = dict(layout["cooling"]["plant"][0]) | {"name": "spare"}
    layout["cooling"]["plant"].append(spare)
    result = lived(small(layout, horizon="2 h", outputs={"period": "5 min"}))
    with_spare = result.frame("site")["cooling_power_w"]
    alone = lived(small(horizon="2 h", outputs={"period": "5 min"})).frame("site")
    drawn = (with_spare - alone["cooling_power_w"]).round(3)
    assert drawn.nunique() == 1
