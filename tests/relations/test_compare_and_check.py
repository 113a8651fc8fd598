"""Claim: what `check` and `compare` say is what the files and the runs say."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout
from hypothesis import HealthCheck, assume, given, settings

import twin
from tests.factories import components, facilities, nodes_of
from tests.planner import answer, asked, job, loaded, number, ran, site
from twin.analysis.economics.named import figures


def checked(layout: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = twin.check(twin.build(loaded(asked(layout))))
    return found


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(facilities())
def test_check_counts_what_the_layout_lists(layout: dict[str, Any]) -> None:
    try:
        found = checked(layout)
    except twin.InputError:
        assume(False)
    nodes = nodes_of(layout)
    assert found["nodes"] == sum(nodes.values())
    assert found["racks"] == nodes["wet"] // 18 + nodes["dry"] // 2
    assert found["gpus"] == 4 * nodes["wet"] + 8 * nodes["dry"]
    parts = [name for name in components(layout) if "/" not in name]
    assert found["components"] == len(parts)
    assert 0 < found["load_idle_w"] < found["load_peak_w"]


@pytest.mark.parametrize(("liquid", "air"), [(2, 0), (0, 2), (3, 1)])
def test_idle_load_of_check_is_the_idle_load_of_a_run(liquid: int, air: int) -> None:
    layout = small_layout(liquid, air)
    run = answer(layout, horizon="20 min")
    units_w = run.frame("energy").query("target == 'cdu'").energy_j.sum() / 1200
    assert checked(layout)["load_idle_w"] == pytest.approx(
        number(run, "power_it_mean_w") + units_w, rel=1e-6
    )


def test_no_run_draws_more_than_the_peak_that_check_states() -> None:
    layout = small_layout(3, 1)
    run = answer(layout, workload=[job(nodes=54)], horizon="30 min")
    racks = run.frame("racks").groupby("time_s").power_max_w.sum().max()
    assert racks <= checked(layout)["it_rated_w"] * (1 + 1e-9)


def loading(layout: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["component"]: row for row in checked(layout)["power"]}


def test_two_panels_that_share_carry_half_each_and_all_when_one_is_lost() -> None:
    rows = loading(small_layout(2, 0))
    peak_w = 2 * 132e3 + 6e3
    assert rows["panel_1"]["load_w"] == pytest.approx(peak_w / 2)
    assert rows["panel_1"]["load_frac"] == pytest.approx(peak_w / 2 / 500e3)
    assert rows["panel_1"]["worst_lost"] == "panel_2"
    assert rows["panel_1"]["worst_load_w"] == pytest.approx(peak_w)
    assert rows["genset"]["load_w"] == 0
    assert rows["genset"]["worst_lost"] == "utility"


def test_loads_grow_up_the_tree_by_losses_alone() -> None:
    rows = loading(small_layout(3, 0))
    below = rows["panel_1"]["load_w"] + rows["panel_2"]["load_w"]
    above = rows["ups_1"]["load_w"] + rows["ups_2"]["load_w"]
    assert below < above < 1.01 * below
    assert rows["board"]["load_w"] > above
    assert rows["utility"]["load_w"] >= rows["board"]["load_w"]


@pytest.mark.parametrize("racks", [1, 2, 3, 4])
def test_a_run_at_full_load_loads_a_panel_as_check_says(racks: int) -> None:
    """Training never quite draws the rated power; the panel never carries more than stated."""
    layout = small_layout(racks, 0)
    power = answer(layout, workload=[job(nodes=18 * racks)], horizon="20 min").frame("power")
    seen = power[power.component == "panel_1"].load_max_frac.max()
    stated = loading(layout)["panel_1"]["load_frac"]
    assert 0.75 * stated <= seen <= stated * (1 + 1e-9), "training fills no rating"


def compared(**changes: Any) -> Any:
    base = asked(small_layout(2, 0), workload=[job()])
    return twin.compare(ran(base), ran(base | changes))


def test_a_result_does_not_differ_from_itself() -> None:
    found = compared()
    assert found.inputs == ()
    assert all(output.change == 0 for output in found.outputs if output.change is not None)


def test_the_key_that_was_changed_is_the_key_that_is_named() -> None:
    found = compared(site=site(33.0, 18.0))
    assert [change.key for change in found.inputs] == ["site.climate.dry_bulb"]
    later = compared(horizon="2 h")
    assert [change.key for change in later.inputs] == ["horizon"]


def test_changes_turn_round_with_the_order() -> None:
    base = asked(small_layout(2, 0), workload=[job()])
    cool, hot = ran(base), ran(base | {"site": site(38.0)})
    there = {output.name: output.change for output in twin.compare(cool, hot).outputs}
    back = {output.name: output.change for output in twin.compare(hot, cool).outputs}
    assert there.keys() == back.keys()
    for name, change in there.items():
        if change is not None:
            assert back[name] == pytest.approx(-change, rel=1e-12, abs=1e-12), name


def test_headlines_are_those_of_the_summaries() -> None:
    base = asked(small_layout(2, 0), workload=[job()])
    cool, hot = ran(base), ran(base | {"site": site(38.0)})
    told = {name: {**found.summary, **figures(found)} for name, found in (("a", cool), ("b", hot))}
    for output in twin.compare(cool, hot).outputs:
        for side, numbers in told.items():
            if (value := getattr(output, side)) is not None:
                assert value == pytest.approx(float(numbers[output.name]), nan_ok=True)


def test_with_changes_one_thing_and_leaves_the_scenario_as_it_was() -> None:
    scenario = loaded(asked(small_layout(2, 0)))
    other = scenario.with_(seed=7, horizon="2 h")
    assert (scenario.seed, other.seed) == (1, 7)
    assert other.horizon == 2 * scenario.horizon == 7200
    assert other.layout == scenario.layout
