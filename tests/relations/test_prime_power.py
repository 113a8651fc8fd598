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
from tests.power_layouts import facility, island, load, part, power_only
from twin.simulation.loop.quiet import Quiet

FULL, MORE, HALF = 0.38, 0.369, 0.347
"""Efficiency of `gas_engine_2500` at full, three quarters and half load."""


def heat_kw(load_frac: float, rating_kw: float = 500.0) -> float:
    """What one engine burns, by hand: a line through its two nearest points."""
    at = ((0.5, 0.5 / HALF), (0.75, 0.75 / MORE), (1.0, 1.0 / FULL))
    (x0, y0), (x1, y1) = at[:2] if load_frac < 0.75 else at[1:]
    return rating_kw * (y0 + (y1 - y0) * (load_frac - x0) / (x1 - x0))


def campus(count: int = 3, **engine: Any) -> dict[str, Any]:
    """Two boards of 700 kW on engines of 500 kW, a tie; no utility at all."""
    parts = []
    for n in "ab":
        parts.append(part(f"g{n}", "gas_engine_2500", kw=500.0, count=count, **engine))
        parts.append(part(f"b{n}", "switchboard_4000", f"g{n}", kw=3000.0))
    parts.append({"name": "tie", "type": "ats_4000", "tie": ["ba", "bb"]})
    return island(parts, [load(f"r{n}", 700.0, f"b{n}") for n in "ab"], "ga", "gb")


def burnt_j(result: twin.Result, machines: list[str]) -> float:
    """Gas of these, of what each gave in every period."""
    power = result.frame("power").set_index("component").power_out_w / 1e3
    seconds = float(result.frame("power").time_s.min())
    return sum(heat_kw(kw / 500.0) for name in machines for kw in power.loc[name]) * seconds * 1e3


def test_it_runs_from_the_start_without_a_utility_and_pays_for_gas() -> None:
    """Engines at 48 % of their rating, at 4 USD and 53.06 kg a million Btu."""
    result = ran(asked(campus()))
    held = result.summary
    assert not {"off", "started"} & set(result.frame("events").what)
    assert held["energy_utility_j"] == 0.0
    assert held["energy_generator_j"] == pytest.approx(held["energy_facility_j"])
    gas_j = burnt_j(result, ["ga_1", "ga_2", "ga_3", "gb_1", "gb_2", "gb_3"])
    assert held["gas_j"] == pytest.approx(gas_j, rel=1e-9)
    assert held["heat_rate_j_per_j"] == pytest.approx(gas_j / held["energy_generator_j"])
    assert held["cost_fuel_usd"] == pytest.approx(gas_j / 1.05506e9 * 4.0, rel=1e-9)
    assert held["carbon_fuel_kg"] == pytest.approx(gas_j / 1.05506e9 * 53.06, rel=1e-9)
    assert float(result.frame("carbon").fuel_kg.sum()) == pytest.approx(held["carbon_kg"])
    assert abs(held["energy_balance_residual_frac"]) < 1e-9


@pytest.mark.parametrize("count", [2, 3, 4, 6])
def test_part_load_costs_gas(count: int) -> None:
    """The same load on more engines, each at less of its rating: 6 burn a fifth more than 2."""
    engine = part("g", "gas_engine_2500", kw=500.0, count=count)
    made = power_only([engine, part("b", "switchboard_4000", "g")], [load("row", 900.0, "b")])
    result = ran(asked(made))
    names = [f"g_{n + 1}" for n in range(count)]
    power = result.frame("power").set_index("component").power_out_w
    given_j = float(power.loc[names].sum()) * float(result.frame("power").time_s.min())
    assert result.summary["gas_j"] == pytest.approx(burnt_j(result, names), rel=1e-9)
    heat_rate = result.summary["heat_rate_j_per_j"]
    assert heat_rate == pytest.approx(result.summary["gas_j"] / given_j, rel=1e-9)
    eta = {2: 0.377, 3: 0.358, 4: 0.340, 6: 0.310}[count]
    assert 1.0 / heat_rate == pytest.approx(eta, abs=0.001)


def test_a_machine_that_stands_by_burns_and_one_out_of_order_does_not() -> None:
    """Behind a utility, on a board that prefers that: a tenth of its gas at full load."""
    parts = [part("u", "utility_feed"), part("g", "gas_engine_2500", kw=500.0)]
    parts.append(part("b", "switchboard_4000", "u", "g", mode="priority"))
    made = power_only(parts, [load("row", 300.0, "b")])
    hour = ran(asked(made, horizon="1 h")).summary["gas_j"]
    assert hour == pytest.approx(heat_kw(0.0) * 3.6e6, rel=1e-9)
    lost = ran(asked(made, horizon="1 h", faults=faults((600.0, "g", 9000.0)))).summary["gas_j"]
    assert lost == pytest.approx(hour / 6, rel=1e-9)


def test_a_row_with_one_efficiency_has_it_at_all_loads() -> None:
    made = campus()
    for group in made["power"]:
        if group["type"] == "gas_engine_2500":
            group["overrides"] = {
                "gas_efficiency_three_quarters_frac": 0.38,
                "gas_efficiency_half_frac": 0.38,
            }
    held = ran(asked(made)).summary
    assert held["heat_rate_j_per_j"] == pytest.approx(1 / 0.38, rel=1e-12)


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


def test_what_is_about_the_grid_is_refused_without_one() -> None:
    """A drill that would take nothing away passes for nothing; prices are a utility's."""
    made = campus()
    made["power"].append(part("bess", "bess_1000_2h", "ba", kw=300.0))
    drill = {"kind": "utility_outage", "at": "10 min", "duration": "5 min"}
    rule = {"kind": "arbitrage", "bess": "bess"}
    with pytest.raises(twin.InputError) as told:
        twin.build(loaded(asked(made, drills=[drill], controls={"storage": [rule]})))
    assert "an outage of a utility that is not there" in str(told.value)
    assert "arbitrage without a utility" in str(told.value)
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
