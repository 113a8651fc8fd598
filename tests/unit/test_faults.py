"""What goes wrong: reasons that overlap, crews that are waited for, and random rates that keep
their mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import failing, small, small_layout, training
from runs import finished

import twin
from twin.simulation.disciplines import Disciplines, wire

YEAR_H = 8760.0


def only_faults(rates: dict[str, Any], crews: int = 10_000, seed: int = 1) -> Disciplines:
    """A year of faults without heat or power: the clock alone is turned."""
    run = wire(
        twin.build(
            small(
                small_layout(liquid=4, air=1),
                horizon="365 d",
                seed=seed,
                faults={"rates": rates, "crews": crews},
                controls={"plant_period": "365 d"},
            )
        )
    )
    run.faults.schedule()
    run.world.clock.fire(YEAR_H * 3600)
    return run


def count(run: Disciplines, prefix: str, what: str = "failed") -> int:
    return sum(event.component.startswith(prefix) and event.what == what for event in run.world.log)


def test_a_component_out_for_two_reasons_is_back_when_the_last_has_ended() -> None:
    run = finished(
        small(faults=failing((100.0, "cdu_pump_1", 300.0), (200.0, "cdu_pump_1", 400.0)))
    )
    assert run.times("cdu_pump_1", "failed") == [100.0, 200.0]
    assert run.times("cdu_pump_1", "still out") == [400.0]
    assert run.times("cdu_pump_1", "repaired") == [600.0]


def test_a_drill_inside_a_fault_does_not_repair_it() -> None:
    drills = [{"kind": "isolate", "at": "200 s", "duration": "100 s", "component": "crah_1"}]
    run = finished(small(faults=failing((100.0, "crah_1", 800.0)), drills=drills))
    assert run.times("crah_1", "running") == [100.0 + 800.0 + 15.0]


def test_a_fault_ends_at_the_moment_the_scenario_says() -> None:
    line = [{"at": "100 s", "component": "crah_1", "repair_at": "350 s"}]
    run = finished(small(faults={"timeline": line}))
    assert run.times("crah_1", "repaired") == [350.0]


@pytest.mark.parametrize(("crews", "back_h"), [(1, (8, 16)), (2, (8, 8))])
def test_without_an_end_a_crew_repairs_and_further_faults_wait_for_it(
    crews: int, back_h: tuple[int, int]
) -> None:
    line = [{"at": "100 s", "component": name} for name in ("crah_1", "crah_2")]
    run = finished(small(faults={"timeline": line, "crews": crews}, horizon="20 h"))
    for name, hours in zip(("crah_1", "crah_2"), back_h, strict=True):
        assert run.times(name, "repaired") == [100.0 + hours * 3600]


def test_a_node_fault_takes_out_one_node_and_stops_its_gang() -> None:
    run = finished(
        small(
            small_layout(liquid=4, air=0),
            workload=[training(nodes=72)],
            faults=failing((600.0, "liquid_r2/node_3", 600.0)),
        )
    )
    assert run.times("liquid_r2/node_3", "failed") == [600.0]
    assert run.times("train", "stopped") == [600.0]
    assert run.times("train", "restarting") == [1200.0]
    assert run.times("liquid_r2", "off") == []


def test_a_gang_that_does_not_hold_the_node_goes_on() -> None:
    run = finished(
        small(faults=failing((600.0, "liquid_r4/node_18", 600.0)), workload=[training(nodes=18)])
    )
    assert run.times("train", "stopped") == []


def test_random_faults_come_at_the_stated_rate_within_four_sigma() -> None:
    mean_h = 50_000 / 2000
    repair_h = 8.0
    run = only_faults({"scale": 2000.0, "kinds": ["crah"], "nodes": False})
    cycle_h = mean_h + repair_h
    expected = 2 * YEAR_H / cycle_h
    sigma = np.sqrt(2 * YEAR_H * (mean_h**2 + repair_h**2) / cycle_h**3)
    assert count(run, "crah") == pytest.approx(expected, abs=4 * sigma)


def test_random_faults_and_repairs_of_one_component_take_turns() -> None:
    run = only_faults({"scale": 2000.0, "kinds": ["crah"], "nodes": False})
    log = [event.what for event in run.world.log if event.component == "crah_1"]
    assert len(log) > 400
    assert set(log[::2]) == {"failed"}
    assert set(log[1::2]) == {"repaired"}


def test_only_the_kinds_asked_for_fail() -> None:
    run = only_faults({"scale": 2000.0, "kinds": ["crah"], "nodes": False})
    assert {event.component for event in run.world.log} == {"crah_1", "crah_2"}


def test_generators_do_not_fail_while_they_stand_by() -> None:
    run = only_faults({"scale": 100.0, "nodes": False})
    assert count(run, "crah") > 0
    assert count(run, "genset") == 0


def test_node_faults_are_a_poisson_stream_within_four_sigma() -> None:
    run = only_faults({"scale": 50.0, "kinds": ["crah"], "nodes": True})
    expected = 72 * YEAR_H * 50.0 / 12_669.2506
    assert count(run, "liquid_") == pytest.approx(expected, abs=4 * np.sqrt(expected))
    nodes = {event.component for event in run.world.log if event.component.startswith("liquid_")}
    assert len(nodes) == 72


def test_another_seed_draws_other_faults_and_the_same_seed_the_same() -> None:
    rates = {"scale": 500.0, "kinds": ["crah"], "nodes": False}
    logs = [only_faults(rates, seed=seed).world.log for seed in (1, 1, 2)]
    assert logs[0] == logs[1]
    assert logs[0] != logs[2]


def test_one_crew_has_at_most_one_repair_under_way() -> None:
    run = only_faults({"scale": 1e5, "kinds": ["crah"], "nodes": False}, crews=1)
    repairs = count(run, "crah", "repaired")
    assert repairs == pytest.approx(YEAR_H / 8.0, abs=4 * np.sqrt(YEAR_H / 8.0))
