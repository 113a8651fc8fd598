"""Claim: power supplies ride through a gap that is shorter than their hold-up, wherever it
arises, and through none that is longer.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, faults, happened, job, number
from twin import Result

AT_S = 900.0


def bare(*sources: str, switch: str = "ats_4000") -> dict[str, Any]:
    """Racks on one panel behind a switch between these sources, no UPS anywhere."""
    layout = small_layout(2, 0)
    kinds = {"utility": "utility_feed", "second": "utility_feed", "genset": "genset_2000"}
    layout["power"] = [
        *({"name": name, "type": kinds[name]} for name in sources),
        {"name": "board", "type": switch, "mode": "priority", "fed_by": list(sources)},
        {"name": "panel", "type": "rpp_500", "count": 2, "fed_by": "board"},
    ]
    return layout


def outage(duration: str, at_s: float = AT_S) -> dict[str, Any]:
    return {"kind": "utility_outage", "at": f"{at_s} s", "duration": duration}


def times(run: Result, what: str, who: str = "liquid_r1") -> list[float]:
    return [at for at, name, kind in happened(run) if (name, kind) == (who, what)]


@pytest.mark.parametrize("component", ["utility", "board", "panel_1"])
@pytest.mark.parametrize(("gap_s", "rides"), [(0.010, True), (0.019, True), (0.030, False)])
def test_a_gap_anywhere_on_the_path(component: str, gap_s: float, rides: bool) -> None:
    layout = bare("utility", "genset")
    layout["power"][-1]["count"] = 1
    name = component if component != "panel_1" else "panel"
    run = answer(layout, workload=[job()], faults=faults((AT_S, name, gap_s)))
    assert times(run, "off") == ([] if rides else pytest.approx([AT_S + 0.02]))
    assert (number(run, "tokens_lost_by_fault") == 0) is rides


def test_a_dip_of_the_utility_starts_nothing_and_costs_nothing() -> None:
    run = answer(bare("utility", "genset"), workload=[job()], drills=[outage("10 ms")])
    assert number(run, "tokens_lost_by_fault") == 0
    assert not {"started", "transfers", "off"} & {what for _, _, what in happened(run)}
    for residual in ("energy", "heat", "token"):
        assert abs(number(run, f"{residual}_balance_residual_frac")) < 1e-12


def test_cooling_that_lost_power_for_a_dip_needs_no_restart() -> None:
    dip = answer(bare("utility", "genset"), drills=[outage("10 ms")])
    gap = answer(bare("utility", "genset"), drills=[outage("50 ms")])
    assert times(dip, "running", "cdu") == pytest.approx([AT_S + 0.01])
    assert min(times(gap, "running", "cdu")) > AT_S + 5


def test_an_outage_drops_racks_twice_where_nothing_stores_energy() -> None:
    """At the generator's start, and when the switch goes back, 300 s after the utility."""
    run = answer(bare("utility", "genset"), horizon="2 h", drills=[outage("20 min")])
    assert times(run, "off") == pytest.approx([AT_S + 0.02, AT_S + 1500.02])
    assert times(run, "transfers", "board") == [AT_S + 10, AT_S + 1500]


def test_a_switch_waits_before_it_leaves_a_dead_supply_and_goes_back_at_once() -> None:
    layout = bare("utility", "second")
    dip = answer(layout, faults=faults((AT_S, "utility", 0.010)))
    assert times(dip, "transfers", "board") == times(dip, "off") == []
    sag = answer(layout, faults=faults((AT_S, "utility", 0.5)))
    assert times(sag, "transfers", "board") == []
    assert times(sag, "off") == pytest.approx([AT_S + 0.02])
    lost = answer(layout, horizon="2 h", faults=faults((AT_S, "utility", 1200.0)))
    assert times(lost, "transfers", "board") == [AT_S + 1, AT_S + 1200]
    assert times(lost, "off") == pytest.approx([AT_S + 0.02, AT_S + 1200.02])


def test_a_static_switch_moves_within_the_hold_up() -> None:
    layout = bare("utility", "second", switch="sts_1000")
    run = answer(layout, workload=[job()], faults=faults((AT_S, "utility", 1200.0)))
    assert times(run, "off") == []
    assert number(run, "tokens_lost_by_fault") == 0


def test_a_gang_keeps_its_network_through_a_dip() -> None:
    fabric = {"kind": "rail_optimised", "switch": "qm9700", "nodes_per_su": 18}
    layout = bare("utility", "genset") | {"fabric": fabric | {"fed_by": ["panel"]}}
    run = answer(layout, workload=[job()], drills=[outage("10 ms")])
    assert run.frame("jobs").restarts.tolist() == [0]


def details(run: Result, what: str) -> set[str]:
    return set(run.frame("events").query("what == @what").detail)


def test_events_tell_how_much_of_a_battery_was_left_or_that_it_was_empty() -> None:
    fed = answer(small_layout(2, 0), drills=[outage("5 min")])
    (left,) = details(fed, "off battery")
    assert left.startswith("fed again; ")
    assert left.endswith(" s at that load")
    layout = small_layout(2, 0)
    del layout["power"][1]
    layout["power"][1]["fed_by"] = ["utility"]
    ups = next(group for group in layout["power"] if group["type"] == "ups_500")
    ups["overrides"] = {"battery_energy": "20 kWh"}
    gone = answer(layout, horizon="6 h", drills=[outage("330 min")])
    assert details(gone, "off battery") == {"empty"}


def test_a_short_fault_says_its_seconds() -> None:
    run = answer(bare("utility", "genset"), drills=[outage("10 ms")])
    assert details(run, "taken out on purpose") == {"back after 0.01 s"}
