"""Sites that make their own power: machines that run at all times, with a tie, a utility behind
them or none.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin
from tests.planned import dark_in_the_end
from tests.planner import asked, assert_same, faults, loaded, ran
from tests.power_layouts import facility, load, part, power_only
from twin.simulation.loop.quiet import Quiet

EFFICIENCY_FRAC = 0.38
"""Of `gas_engine_2500`."""


def campus(count: int = 3, **engine: Any) -> dict[str, Any]:
    """Two boards of 700 kW on engines of 500 kW, a tie; no utility at all."""
    parts = []
    for n in "ab":
        parts.append(part(f"g{n}", "gas_engine_2500", kw=500.0, count=count, **engine))
        parts.append(part(f"b{n}", "switchboard_4000", f"g{n}", kw=3000.0))
    parts.append({"name": "tie", "type": "ats_4000", "tie": ["ba", "bb"]})
    made = power_only(parts, [load(f"r{n}", 700.0, f"b{n}") for n in "ab"])
    kept = [group for group in made["power"] if group["name"] != "mech_feed"]
    kept[-1]["fed_by"] = ["ga", "gb"]
    return made | {"power": kept}


def test_it_runs_from_the_start_without_a_utility_and_pays_for_gas() -> None:
    """Energy of engines over their efficiency, at 4 USD and 53.06 kg a million Btu."""
    result = ran(asked(campus()))
    held = result.summary
    assert not {"off", "started"} & set(result.frame("events").what)
    assert held["energy_utility_j"] == 0.0
    assert held["energy_generator_j"] == pytest.approx(held["energy_facility_j"])
    gas_j = held["energy_generator_j"] / EFFICIENCY_FRAC
    assert held["gas_j"] == pytest.approx(gas_j, rel=1e-9)
    assert held["cost_fuel_usd"] == pytest.approx(gas_j / 1.05506e9 * 4.0, rel=1e-9)
    assert held["carbon_fuel_kg"] == pytest.approx(gas_j / 1.05506e9 * 53.06, rel=1e-9)
    assert float(result.frame("carbon").fuel_kg.sum()) == pytest.approx(held["carbon_kg"])
    assert abs(held["energy_balance_residual_frac"]) < 1e-9


def test_machines_over_the_tie_as_far_as_they_carry() -> None:
    """Of 3 + 3 engines of 500 kW for 1,430 kW any three may fail: all of one side, or two and one;
    a board is a single point for its half.
    """
    run = twin.start(facility(campus()))
    run.until(60.0)
    for lost in (("ga_1",), ("ga_1", "ga_2"), ("ga_1", "ga_2", "ga_3")):
        assert dark_in_the_end(run, lost) == set(), lost
    assert dark_in_the_end(run, ("ga_1", "ga_2", "ga_3", "gb_1")) != set()
    assert {name[:2] for name in dark_in_the_end(run, ("ba",))} == {"ra"}


def test_unavailability_is_of_running_hours() -> None:
    """One engine that carries all, by hand: no start, MTTR over the cycle."""
    rates = {"g": (3582.77, 30.7)}
    parts = [part("g", "gas_engine_2500", kw=900.0), part("b", "switchboard_4000", "g")]
    built = facility(power_only(parts, [load("row", 700.0, "b")]), rates)
    found = twin.redundancy(built).as_dict()["availability_exact"]
    assert found["unavailability"] == pytest.approx(30.7 / (3582.77 + 30.7), rel=1e-12)
    assert found["frequency_per_year"] == pytest.approx(8760.0 / (3582.77 + 30.7), rel=1e-12)


def test_a_utility_takes_over_behind_them_and_generators_behind_both() -> None:
    parts = [
        part("u", "utility_feed"),
        part("g", "gas_engine_2500", kw=900.0),
        part("set", "genset_2000", kw=900.0, overrides={"start_failure_probability": 0.0}),
        part("b", "switchboard_4000", "set", "g", "u", mode="priority"),
    ]
    fault = faults((600.0, "g", 3000.0), (1200.0, "u", 600.0))
    result = ran(asked(power_only(parts, [load("row", 700.0, "b")]), faults=fault))
    power = result.frame("power").pivot(index="time_s", columns="component", values="power_out_w")
    carried = power[["g", "u", "set"]] > 600e3
    assert carried.loc[600.0].tolist() == [True, False, False]
    assert carried.loc[1200.0].tolist() == [False, True, False]
    assert carried.loc[1800.0].tolist() == [False, False, True]
    assert carried.loc[3600.0].tolist() == [False, True, False]


def test_stopped_within_a_loss_and_event_by_event_it_is_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = faults(*((900.0 + n, f"ga_{n}", 1200.0) for n in (1, 2, 3)))
    built = twin.build(loaded(asked(campus(), faults=lost)))
    whole = twin.simulate(built)
    run = twin.start(built)
    run.until(1000.0)
    gone_on = twin.resume(run.save(tmp_path / "run.twin"))
    gone_on.until()
    assert_same(whole, gone_on.result())
    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    assert_same(whole, twin.simulate(built))


def test_arrays_beside_machines_are_refused() -> None:
    made = campus()
    roof = {"dc_rating": "250 kW", "tilt_deg": 10, "azimuth_deg": 180}
    made["power"].append(part("roof", "pv_1000", "ba", kw=200.0, solar=roof))
    with pytest.raises(twin.InputError, match="'roof', a solar array, beside 'ga_1'"):
        twin.build(loaded(asked(made)))


def test_what_is_about_the_grid_is_refused_without_one() -> None:
    """A drill that would take nothing away passes for nothing; a rule would never act."""
    made = campus()
    made["power"].append(part("bess", "bess_1000_2h", "ba", kw=300.0))
    drill = {"kind": "utility_outage", "at": "10 min", "duration": "5 min"}
    rule = {"kind": "peak_shave", "bess": "bess", "limit": "500 kW", "recharge_below": "400 kW"}
    with pytest.raises(twin.InputError) as told:
        twin.build(loaded(asked(made, drills=[drill], controls={"storage": [rule]})))
    assert "an outage of a utility that is not there" in str(told.value)
    assert "peak_shave without a utility" in str(told.value)
    rule = {"kind": "backup", "bess": "bess"}
    assert twin.build(loaded(asked(made, controls={"storage": [rule]})))


def test_a_tie_takes_from_what_the_board_beyond_it_stands_on() -> None:
    """A board on its machines leaves its utility open, so nothing comes over the tie from there:
    800 kW of machines trip on 900, where all three together would have carried it.
    """
    parts = [part("u", "utility_feed"), part("g0", "gas_engine_2500", kw=400.0, count=2)]
    parts.append(part("t0", "transformer_2500", "u", kw=600.0))
    parts.append(part("b0", "switchboard_4000", "g0", "t0", kw=4000.0, mode="priority"))
    parts.append(part("g1", "gas_engine_2500", kw=700.0))
    parts.append(part("b1", "switchboard_4000", "g1", kw=4000.0))
    parts.append({"name": "tie", "type": "ats_4000", "tie": ["b0", "b1"], "rating": "1000 kW"})
    built = facility(power_only(parts, [load("r0", 495.0, "b0"), load("r1", 405.0, "b1")]))
    run = twin.start(built)
    run.until(60.0)
    fork = run.fork(faults=[{"at": "61 s", "component": "g1", "repair_after": "3 h"}])
    fork.until(600.0)
    tripped = [what for what in fork.result().frame("events").what if what == "tripped"]
    assert tripped
