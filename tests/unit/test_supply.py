"""Power through outages: batteries, generators, racks that go dark and boot, and the account of it
all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import failing, lived, small, small_layout
from runs import finished, outage

import twin
from twin import Facility, Scenario
from twin.physics.power import HOLD_UP_S

RACKS = 4
RACK_IDLE_W = 22e3
CDU_W = 6e3
PANEL_RATED_W = 500e3
UPS_RATED_W = 500e3
PANEL_SQUARE = 0.002
BATTERY_J = 3e7
DISCHARGE = 0.966
CHARGE = 0.95
RECHARGE_W = 50e3
"""A battery that is empty before idle racks without facility water throttle."""
OUT_S = 600.0
BOOT_S = 900.0


def idle_layout(generator: bool = True, **board: Any) -> dict[str, Any]:
    """Four idle liquid racks behind two UPS; a load that no temperature changes."""
    layout = small_layout(liquid=RACKS, air=0)
    if not generator:
        layout["power"] = [g for g in layout["power"] if g["name"] != "genset"]
        layout["power"][1]["fed_by"] = ["utility"]
    layout["power"][-3] |= board
    return layout


def weak(scenario: Scenario, **power: Any) -> Facility:
    """The facility of a scenario with batteries of `BATTERY_J`, and other columns of its power
    tree.
    """
    facility = twin.build(scenario)
    battery = np.where(facility.power.battery_j > 0, BATTERY_J, 0.0)
    return replace(facility, power=replace(facility.power, battery_j=battery, **power))


def drain_w() -> float:
    """What one battery gives while it carries half the racks and half the coolant unit."""
    panel = (RACKS * RACK_IDLE_W + CDU_W) / 2
    out = panel + PANEL_RATED_W * PANEL_SQUARE * (panel / PANEL_RATED_W) ** 2
    return out / DISCHARGE


def test_a_ups_carries_its_racks_through_an_outage_without_a_blink() -> None:
    run = lived(
        small(
            idle_layout(generator=False), drills=[outage(OUT_S, 300.0)], outputs={"period": "10 s"}
        )
    )
    assert (run.tables["racks"]["on_frac"] == 1.0).all()
    site = run.tables["site"].set_index("time_s")
    during = site.loc[OUT_S + 10 : OUT_S + 300]
    assert (during["utility_power_w"] == 0).all()
    np.testing.assert_allclose(during["battery_power_w"], 2 * drain_w(), rtol=1e-9)
    np.testing.assert_allclose(site["it_power_w"], RACKS * RACK_IDLE_W, rtol=1e-9)


def test_a_battery_is_empty_at_the_second_its_energy_and_load_say() -> None:
    run = finished(
        weak(small(idle_layout(generator=False), horizon="2 h", drills=[outage(OUT_S, 5400.0)]))
    )
    empty = OUT_S + BATTERY_J / drain_w()
    for ups in ("ups_1", "ups_2"):
        assert run.times(ups, "on battery") == [OUT_S]
        assert run.times(ups, "off battery") == pytest.approx([empty], abs=1e-3)
    for rack in run.world.facility.racks.id:
        assert run.times(rack, "off") == pytest.approx([empty + HOLD_UP_S], abs=1e-3)


def test_racks_without_a_ups_go_dark_after_their_hold_up_and_work_again_after_they_booted() -> None:
    run = finished(small(small_layout(liquid=2, air=0, ups=False), drills=[outage(OUT_S, 8.0)]))
    for rack in run.world.facility.racks.id:
        assert run.times(rack, "off") == [OUT_S + HOLD_UP_S]
        assert run.times(rack, "on") == [OUT_S + 8.0 + BOOT_S]


def test_a_rack_that_boots_draws_its_idle_power_and_counts_as_off() -> None:
    run = lived(small(small_layout(liquid=2, air=0, ups=False), drills=[outage(OUT_S, 8.0)]))
    row = run.tables["racks"].set_index("time_s").loc[OUT_S + 120]
    np.testing.assert_allclose(row["power_w"], RACK_IDLE_W)
    assert (row["on_frac"] == 0).all()


def test_a_generator_takes_the_load_after_its_start_keeps_it_and_cools_down() -> None:
    """The board goes back 300 s after the utility; the set runs 300 s more without load."""
    run = lived(small(idle_layout(), drills=[outage(OUT_S, 1200.0)], outputs={"period": "10 s"}))
    assert run.tables["events"].query("component == 'genset' and what == 'started'")[
        "time_s"
    ].tolist() == [OUT_S + 10]
    site = run.tables["site"].set_index("time_s")
    assert site["battery_power_w"].loc[OUT_S + 10] == pytest.approx(2 * drain_w())
    assert site["generator_power_w"].loc[OUT_S + 10] == 0
    carried = site.loc[OUT_S + 20 : OUT_S + 1200]
    assert (carried["generator_power_w"] > RACKS * RACK_IDLE_W).all()
    assert (carried["utility_power_w"] == 0).all()
    assert (site["generator_power_w"].loc[OUT_S + 1210 : OUT_S + 1500] > 0).all()
    assert site["generator_power_w"].loc[OUT_S + 1510] == 0
    running = run.tables["power"].query("component == 'genset'")["energised_frac"].sum() * 10.0
    assert running == pytest.approx(1200.0 - 10.0 + 300.0 + 300.0)


def test_a_generator_that_cannot_start_tries_three_times_and_then_its_racks_go_dark() -> None:
    scenario = small(idle_layout(), horizon="2 h", drills=[outage(OUT_S, 5400.0)])
    run = finished(
        weak(scenario, start_failure_probability=np.ones(len(twin.build(scenario).power.id)))
    )
    assert run.times("genset", "started") == []
    assert run.times("genset", "failed to start") == [OUT_S + 10, OUT_S + 20, OUT_S + 30]
    assert run.times("liquid_r1", "off") == pytest.approx(
        [OUT_S + BATTERY_J / drain_w() + HOLD_UP_S], abs=1e-3
    )


def test_a_generator_given_up_tries_anew_at_the_next_outage() -> None:
    scenario = small(idle_layout(), drills=[outage(OUT_S, 60.0), outage(1800.0, 60.0)])
    never = weak(scenario, start_failure_probability=np.ones(len(twin.build(scenario).power.id)))
    tried = finished(never).times("genset", "failed to start")
    assert tried == [OUT_S + 10, OUT_S + 20, OUT_S + 30, 1810.0, 1820.0, 1830.0]


def test_a_generator_that_runs_on_keeps_running_when_the_utility_is_lost_again() -> None:
    drills = [outage(OUT_S, 120.0), outage(OUT_S + 220.0, 1200.0)]
    run = lived(small(idle_layout(), drills=drills, outputs={"period": "10 s"}))
    site = run.tables["site"].set_index("time_s").loc[OUT_S + 240 : OUT_S + 1420]
    np.testing.assert_allclose(site["battery_power_w"].clip(lower=0), 0, atol=1e-6)
    assert (site["generator_power_w"] > 0).all()


def test_an_outage_shorter_than_the_start_still_ends_with_the_generator_off() -> None:
    run = lived(small(idle_layout(), drills=[outage(OUT_S, 3.0)], outputs={"period": "10 s"}))
    genset = (
        run.tables["power"].query("component == 'genset'").set_index("time_s")["energised_frac"]
    )
    assert genset.sum() * 10 == pytest.approx(300.0)
    assert (run.tables["site"]["generator_power_w"] == 0).all()


def test_a_generator_repaired_cranks_before_it_takes_load_again() -> None:
    faults = failing((OUT_S + 100, "genset", 200.0))
    run = lived(
        small(
            idle_layout(), drills=[outage(OUT_S, 1200.0)], faults=faults, outputs={"period": "10 s"}
        )
    )
    site = run.tables["site"].set_index("time_s")
    assert site["battery_power_w"].loc[OUT_S + 200] == pytest.approx(2 * drain_w())
    assert site["battery_power_w"].loc[OUT_S + 310] == pytest.approx(2 * drain_w())
    assert site["generator_power_w"].loc[OUT_S + 320] > 0


def test_a_battery_recharges_to_full_at_its_own_rate_and_the_account_closes() -> None:
    out_s = 300.0
    run = twin.simulate(
        weak(
            small(
                idle_layout(generator=False),
                horizon="2 h",
                drills=[outage(OUT_S, out_s)],
                outputs={"period": "10 s"},
            )
        )
    )
    site = run.tables["site"].set_index("time_s")
    full_s = OUT_S + out_s + drain_w() * out_s / (RECHARGE_W * CHARGE)
    assert site["battery_energy_j"].iloc[-1] == pytest.approx(2 * BATTERY_J, abs=2.0)
    charging = site.index[site["battery_power_w"] < -1e3]
    assert charging.min() == OUT_S + out_s + 10
    assert charging.max() == pytest.approx(full_s, abs=10.0)
    given = site["battery_power_w"].clip(lower=0).sum() * 10
    taken = -site["battery_power_w"].clip(upper=0).sum() * 10
    assert given == pytest.approx(2 * drain_w() * out_s, rel=1e-9)
    assert taken == pytest.approx(given, rel=1e-6)
    assert abs(run.summary["energy_balance_residual_frac"]) < 1e-9


def test_a_second_outage_finds_the_battery_as_far_as_it_was_recharged() -> None:
    out_s = 400.0
    between_s = 200.0
    drills = [outage(OUT_S, out_s), outage(OUT_S + out_s + between_s, 5000.0)]
    run = finished(weak(small(idle_layout(generator=False), horizon="2 h", drills=drills)))
    left = BATTERY_J - drain_w() * out_s + RECHARGE_W * CHARGE * between_s
    assert left < BATTERY_J
    empty = OUT_S + out_s + between_s + left / drain_w()
    assert run.times("liquid_r1", "off") == pytest.approx([empty + HOLD_UP_S], abs=1e-3)


def test_a_priority_board_goes_over_to_its_second_supply_and_back() -> None:
    run = lived(small(idle_layout(), drills=[outage(OUT_S, 600.0)], outputs={"period": "10 s"}))
    site = run.tables["site"].set_index("time_s")
    assert not ((site["utility_power_w"] > 0) & (site["generator_power_w"] > 0)).any()


def test_energy_in_is_energy_out_through_an_outage_with_generator_and_batteries() -> None:
    run = lived(small(idle_layout(), horizon="2 h", drills=[outage(OUT_S, 600.0)]))
    energy = run.tables["energy"]
    into = energy.loc[energy["target"] == "site", "energy_j"].sum()
    assert energy.loc[energy["source"] == "site", "energy_j"].sum() == pytest.approx(into, rel=1e-9)
    assert set(energy["source"]) == {"utility", "generators", "batteries", "site"}
