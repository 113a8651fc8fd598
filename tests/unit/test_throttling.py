"""Throttling: clocks settle and do not chatter, rise again with room, and the overheated shut down
until cool.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from conftest import failing, lived, small, small_layout, training
from runs import Finished, finished

import twin
from twin import Facility, Scenario
from twin.simulation.compute.throttling import COOL_AGAIN_K
from twin.simulation.disciplines import Disciplines

FAIL_S = 600.0
MARGIN_K = 4.0
"""The slowdown limit is set this far above the hottest GPU of the undisturbed facility."""


@cache
def calm_degc() -> float:
    """Hottest GPU of four racks at full work with nothing wrong."""
    scenario = small(small_layout(liquid=4, air=0), workload=[training(nodes=72)], horizon="10 min")
    return float(finished(scenario).disciplines.racks.junction_degc().max())


def tight(scenario: Scenario) -> Facility:
    """A facility whose GPUs have little room below their limits."""
    facility = twin.build(scenario)
    slow = np.full(len(facility.racks.id), calm_degc() + MARGIN_K)
    return replace(
        facility, racks=replace(facility.racks, slowdown_degc=slow, shutdown_degc=slow + 15.0)
    )


def watched(
    horizon: str = "6 h", out_s: float = 1e5, component: str = "cdu_pump_1", **changes: Any
) -> tuple[Finished, list[tuple[float, int]]]:
    """Four racks at full work that lose something, and every notch the first of them had."""
    seen: list[tuple[float, int]] = []

    def prepare(run: Disciplines) -> None:
        settle = run.throttling.settle

        def noting() -> bool:
            changed = settle()
            notch = int(run.world.state.throttling.notch[0])
            if not seen or seen[-1][1] != notch:
                seen.append((run.world.now_s, notch))
            return changed

        run.throttling.settle = noting  # type: ignore[method-assign]

    base = {
        "workload": [training(nodes=72)],
        "horizon": horizon,
        "faults": failing((FAIL_S, component, out_s)),
    }
    return finished(tight(small(small_layout(liquid=4, air=0), **(base | changes))), prepare), seen


def test_six_hours_of_constant_overload_settle_in_a_bounded_number_of_steps() -> None:
    run, seen = watched()
    assert len(run.times("liquid_r1", "throttled")) == 1
    assert len(seen) < 200
    assert 0 < seen[-1][1] < run.disciplines.throttling.floor[0]


def test_a_settled_clock_does_not_chatter() -> None:
    _, seen = watched()
    assert max(moment for moment, _ in seen) < 4 * 3600.0
    assert all(before[1] < after[1] for before, after in pairwise(seen)), (
        "only down under constant overload"
    )


def test_a_throttled_gpu_stands_below_its_limit_by_less_than_a_step_and_the_hysteresis() -> None:
    run, _ = watched()
    racks = run.world.facility.racks
    state = run.state
    limit = racks.slowdown_degc[0]
    hysteresis = run.disciplines.throttling.hysteresis_k
    junction = run.disciplines.racks.junction_degc()[0]
    assert limit - hysteresis - 3.0 < junction <= limit + 1e-3
    assert state.throttling.clock_frac[0] == pytest.approx(
        1 - racks.clock_step_frac[0] * state.throttling.notch[0]
    )


def test_the_clock_steps_up_to_the_top_when_the_cause_is_gone() -> None:
    run, seen = watched("6 h", out_s=7200.0)
    assert max(notch for _, notch in seen) > 0
    assert seen[-1][1] == 0
    assert run.times("liquid_r1", "full clock")[-1] >= FAIL_S + 7200.0
    assert len(seen) < 200


def test_a_rack_without_coolant_shuts_down_cools_and_boots_again() -> None:
    run, _ = watched("3 h", out_s=900.0, component="cdu")
    down = run.times("liquid_r1", "shut down")[0]
    assert FAIL_S < down < FAIL_S + 900.0
    assert run.times("liquid_r1", "off")[0] == down
    back = run.times("liquid_r1", "on")
    assert back
    assert back[0] > FAIL_S + 900.0 + 900.0
    assert not run.state.throttling.overheated.any()


def test_a_rack_that_shut_down_draws_nothing_and_restarts_well_below_the_limit() -> None:
    restarts: list[float] = []

    def prepare(run: Disciplines) -> None:
        shut_down = run.throttling._shut_down
        racks = run.racks.racks

        def noting(coolant: np.ndarray) -> bool:
            before = run.world.state.throttling.overheated[0]
            changed = shut_down(coolant)
            if before and not run.world.state.throttling.overheated[0]:
                assert run.world.state.racks.rack_w[0] == 0
                restarts.append(float(racks.slowdown_degc[0] - coolant[0]))
            return changed

        run.throttling._shut_down = noting  # type: ignore[method-assign]

    finished(
        tight(
            small(
                small_layout(liquid=4, air=0),
                workload=[training(nodes=72)],
                horizon="2 h",
                faults=failing((FAIL_S, "cdu", 900.0)),
            )
        ),
        prepare,
    )
    assert restarts == pytest.approx([COOL_AGAIN_K], abs=1e-3)


def test_a_clock_ceiling_holds_every_gpu_at_the_next_lower_step_until_it_is_lifted() -> None:
    actions = [
        {"kind": "clock_ceiling", "at": "1200 s", "clock": 0.65},
        {"kind": "clock_ceiling", "at": "2400 s", "clock": 1.0},
    ]
    scenario = small(workload=[training(nodes=72)], controls={"actions": actions})
    run = lived(scenario)
    free = lived(small(workload=[training(nodes=72)]))
    clock = run.tables["racks"].query("rack == 'liquid_r1'").set_index("time_s")["clock_frac"]
    assert clock.loc[1200.0] == 1.0
    held = 0.818  # Of the full clock, by boards in these steps.
    assert 0.63 < held * clock.loc[1260.0] <= 0.65
    assert clock.loc[2400.0] == pytest.approx(clock.loc[1260.0])
    assert clock.loc[2460.0] == 1.0
    power = [
        r.tables["racks"].query("rack == 'liquid_r1'").set_index("time_s")["power_w"]
        for r in (run, free)
    ]
    assert power[0].loc[1800.0] < 0.9 * power[1].loc[1800.0]
    assert power[0].loc[3000.0] == pytest.approx(power[1].loc[3000.0])


def test_what_a_ceiling_takes_and_gives_back_is_not_told_as_heat() -> None:
    """Clocks that are under a ceiling, and not under it any more, were never throttled; those that
    heat lowers after it is lifted are. Until 2026-11-30 a lifted ceiling was told as room below
    the limit.
    """
    lifted_s = FAIL_S + 9000.0
    actions = [
        {"kind": "clock_ceiling", "at": "60 s", "clock": 0.5},
        {"kind": "clock_ceiling", "at": "300 s", "clock": 1.0},
        {"kind": "clock_ceiling", "at": "500 s", "clock": 0.5},
        {"kind": "clock_ceiling", "at": f"{lifted_s} s", "clock": 1.0},
    ]
    run, seen = watched("4 h", controls={"actions": actions})
    assert seen[-1][1] > 0
    assert run.times("liquid_r1", "full clock") == []
    assert len(run.times("liquid_r1", "throttled")) == 1
    assert lifted_s < run.times("liquid_r1", "throttled")[0] < lifted_s + 60.0


def test_a_ceiling_costs_tokens_and_says_so() -> None:
    actions = [{"kind": "clock_ceiling", "at": "0 s", "clock": 0.7}]
    run = lived(small(workload=[training(nodes=72)], controls={"actions": actions}))
    free = lived(small(workload=[training(nodes=72)]))
    lost = run.tables["token_balance"].query("entry == 'capped'")["tokens"].sum()
    assert lost == pytest.approx(
        free.summary["tokens_total"] - run.summary["tokens_total"], rel=1e-9
    )
    assert lost > 0
    assert run.tables["losses"]["tokens"].sum() == 0


def test_an_idle_rack_is_not_throttled_by_what_throttles_a_busy_one() -> None:
    run, _ = watched()
    idle, _ = watched(workload=[])
    assert run.state.throttling.notch[0] > 0
    assert (idle.state.throttling.notch == 0).all()
