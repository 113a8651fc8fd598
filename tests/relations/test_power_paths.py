"""Claim: power takes the way that the layout gives it, and another when that is lost."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, faults, happened, job, number, racks_that_fell
from twin import InputError, Result


def two_sided(mode: str = "share", racks: int = 2) -> dict[str, Any]:
    """Two boards on two feeds, a panel on each, racks on both panels; panels in this mode."""
    layout = small_layout(racks, 0)
    layout["power"] = [
        {"name": "utility", "type": "utility_feed", "count": 2},
        {"name": "board", "type": "switchboard_4000", "count": 2,
         "fed_by": {"source": "utility", "pairing": "matched"}},
        {"name": "panel", "type": "rpp_500", "count": 2, "mode": mode,
         "fed_by": ["board_1", "board_2"]},
    ]  # fmt: skip
    return layout


def out_w(run: Result, component: str, time_s: float) -> float:
    power = run.frame("power").set_index(["component", "time_s"])
    return float(power.power_out_w.loc[component, time_s])


def test_sharing_loads_both_sides_and_priority_the_first() -> None:
    shared, first = answer(two_sided("share")), answer(two_sided("priority"))
    assert out_w(shared, "board_1", 600) == pytest.approx(out_w(shared, "board_2", 600), rel=0.2)
    assert out_w(first, "board_1", 600) > out_w(first, "board_2", 600)


@pytest.mark.parametrize("mode", ["share", "priority"])
@pytest.mark.parametrize("lost", ["board_1", "board_2", "utility_1", "utility_2"])
def test_either_side_may_be_lost(mode: str, lost: str) -> None:
    run = answer(two_sided(mode), workload=[job()], faults=faults((900, lost, 900)))
    assert racks_that_fell(run) == set()
    assert number(run, "tokens_lost_by_fault") == 0


def test_what_one_side_drops_the_other_carries() -> None:
    run = answer(two_sided("share"), faults=faults((900, "board_1", 900)))
    before = out_w(run, "board_1", 600) + out_w(run, "board_2", 600)
    assert out_w(run, "board_1", 1500) == 0
    assert out_w(run, "board_2", 1500) == pytest.approx(before, rel=0.25)
    assert out_w(run, "board_1", 3600) == pytest.approx(out_w(run, "board_1", 600), rel=0.05)


def test_both_sides_lost_is_dark_and_comes_back() -> None:
    run = answer(two_sided(), faults=faults((900, "board_1", 300), (960, "board_2", 300)))
    assert racks_that_fell(run) == {"liquid_r1", "liquid_r2"}
    off = [at for at, _, what in happened(run) if what == "off"]
    assert off == [960.02, 960.02]
    racks = run.frame("racks").query("time_s == 3600")
    assert (racks.on_frac == 1.0).all()


def overloaded(rating: str) -> dict[str, Any]:
    """Two panels of which each can carry its half, and not the whole."""
    layout = small_layout(2, 0)
    layout["power"][-1]["rating"] = rating
    return layout


def test_a_panel_that_takes_over_too_much_trips_in_its_own_time() -> None:
    """T = k / (x^2 - 1) with k = 240 s for a panel."""
    run = answer(overloaded("180 kW"), workload=[job()], faults=faults((900, "panel_1", 1800)))
    trips = [(at, who) for at, who, what in happened(run) if what == "tripped"]
    assert [who for _, who in trips] == ["panel_2"]
    load = (
        run.frame("power").query("component == 'panel_2' and time_s == 1200").load_max_frac.iloc[0]
    )
    assert load > 1.05
    assert trips[0][0] - 900 == pytest.approx(240 / (load**2 - 1), rel=0.25)
    assert racks_that_fell(run) == {"liquid_r1", "liquid_r2"}


def test_a_panel_with_room_does_not_trip() -> None:
    run = answer(overloaded("300 kW"), workload=[job()], faults=faults((900, "panel_1", 1800)))
    assert not [what for _, _, what in happened(run) if what == "tripped"]
    assert racks_that_fell(run) == set()


def test_a_higher_load_trips_sooner() -> None:
    times = []
    for rating in ("140 kW", "160 kW", "180 kW"):
        run = answer(overloaded(rating), workload=[job()], faults=faults((900, "panel_1", 1800)))
        times.append(min(at for at, _, what in happened(run) if what == "tripped"))
    assert times == sorted(times)


def test_a_panel_below_its_peak_load_is_refused_at_the_build() -> None:
    with pytest.raises(InputError, match="panel"):
        answer(overloaded("60 kW"))


@pytest.mark.parametrize("pairing", ["all", "spread"])
def test_a_row_dealt_over_panels_loses_only_its_own(pairing: str) -> None:
    layout = two_sided(racks=4)
    layout["halls"][0]["rows"][0]["fed_by"] = {"source": "panel", "pairing": pairing}
    layout["cooling"]["loops"][0]["fed_by"] = "panel"
    run = answer(layout, faults=faults((900, "panel_1", 900)))
    fell = racks_that_fell(run)
    assert len(fell) == (0 if pairing == "all" else 2)


def test_losses_are_paid_for_in_the_utility_and_named_by_stage() -> None:
    run = answer(small_layout(2, 0), workload=[job()])
    energy = run.frame("energy")
    by_stage = energy[energy.target.str.startswith("loss")].set_index("target").energy_j
    assert set(by_stage.index) >= {"loss: ups", "loss: rpp", "loss: switchboard"}
    assert by_stage.sum() == pytest.approx(number(run, "energy_loss_j"), rel=1e-9)
    assert by_stage["loss: ups"] > by_stage["loss: rpp"], "a UPS converts twice"
    total = (
        number(run, "energy_it_j") + number(run, "energy_cooling_j") + number(run, "energy_loss_j")
    )
    assert number(run, "energy_utility_j") == pytest.approx(total, rel=1e-9)


def test_pue_is_facility_over_racks() -> None:
    run = answer(workload=[job()])
    assert number(run, "pue") == pytest.approx(
        number(run, "energy_facility_j") / number(run, "energy_it_j"), rel=1e-12
    )
    assert number(run, "joules_per_token_facility") == pytest.approx(
        number(run, "energy_facility_j") / number(run, "tokens_total"), rel=1e-12
    )
    assert number(run, "tokens_per_s_mean") * 3600 == pytest.approx(
        number(run, "tokens_total"), rel=1e-12
    )
